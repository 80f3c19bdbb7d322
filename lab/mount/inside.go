package mount

import (
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Inside finds the directory or file path in the container whose root is the
// directory root, makes it where it is missing, and calls do with a name for it
// that no symbolic link of the image's can lead elsewhere.
func Inside(t *sys.Tracer, root, path string, file bool, do func(target string) error) error {
	top, err := t.Open(root, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	at := &target{root: top, fd: -1, name: path}
	defer at.close()
	if at.fd, err = place(t, top, path, file, maxLinks); err != nil {
		return err
	}
	if err := do(at.path()); err != nil {
		return fmt.Errorf("at %s in the container: %w", path, err)
	}
	return nil
}
