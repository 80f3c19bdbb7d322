package mount

import (
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Detach takes away the mount at the path target in a container's root, with
// all that is mounted below it. Whoever still uses files of it may go on.
func Detach(t *sys.Tracer, root, target string) error {
	if err := detach(t, root, target); err != nil {
		return fmt.Errorf("detach %s in %s: %w", target, root, err)
	}
	return nil
}

func detach(t *sys.Tracer, root, name string) error {
	top, err := t.Open(root, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(top) }()
	fd, err := inside(t, top, name)
	if err != nil {
		return err
	}
	at := target{root: -1, fd: fd}
	defer at.close()
	// Where the source is shared, taking away a mount below the target would
	// take it away below the source as well. This also fails, with EINVAL, for
	// what is no mount point.
	if err := Propagate(t, at.path(), RPrivate); err != nil {
		return err
	}
	// Only the lazy way takes a whole tree, and one that is in use: our own
	// descriptor is a use.
	return t.Umount(at.path(), unix.MNT_DETACH)
}
