package rootdir

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/mount"
	"byhand/lab/overlay"
	"byhand/lab/sys"
)

// Overlay is a root in layers: what is read comes from the first layer that
// has it, what is written goes to Upper, and the layers below stay as they are.
type Overlay struct {
	// Lower are the image's directories, the top one first.
	Lower []string
	// Upper gets what the container changes.
	Upper string
	// Work is the kernel's own workshop, on the same file system as Upper.
	Work string
	// Target is where it all appears.
	Target string
}

// Make makes the directories of the container's own. Upper gets the owner and
// the mode of the image's top directory, since "/" shows those of Upper.
func (o Overlay) Make() error {
	for _, dir := range []string{o.Upper, o.Work, o.Target} {
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("make the container's root: %w", err)
		}
	}
	if len(o.Lower) == 0 {
		return errors.New("make the container's root: the image has no files")
	}
	var top unix.Stat_t
	if err := unix.Stat(o.Lower[0], &top); err != nil {
		return fmt.Errorf("stat %s: %w", o.Lower[0], err)
	}
	// EINVAL: an owner without a number in our user namespace, as root is there.
	err := unix.Chown(o.Upper, int(top.Uid), int(top.Gid))
	if err != nil && !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("chown %s: %w", o.Upper, err)
	}
	if err := unix.Chmod(o.Upper, top.Mode&0o7777); err != nil {
		return fmt.Errorf("chmod %s: %w", o.Upper, err)
	}
	return nil
}

// Mount stacks the layers. In a user namespace the kernel keeps its notes on
// the files in attributes named user.*, which an ordinary user may write; where
// it refuses the pile there, a root of one layer is copied instead.
func (o Overlay) Mount(t *sys.Tracer, inUserNamespace bool) error {
	err := overlay.Mount(o.spec(inUserNamespace), o.Target)
	if !inUserNamespace || !refused(err) || len(o.Lower) != 1 {
		return err
	}
	if e := o.copy(); e != nil {
		return errors.Join(err, e)
	}
	return mount.Bind(t, o.Upper, o.Target, false)
}

// Open stacks the layers where nobody sees them, for as long as the file is open.
func (o Overlay) Open(inUserNamespace bool) (*os.File, error) {
	if o.Copied() {
		return os.Open(o.Upper)
	}
	return overlay.Open(o.spec(inUserNamespace))
}

func (o Overlay) spec(inUserNamespace bool) overlay.Spec {
	return overlay.Spec{Lower: o.Lower, Upper: o.Upper, Work: o.Work, UserXattr: inUserNamespace}
}
