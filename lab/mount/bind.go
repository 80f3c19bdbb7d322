package mount

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Bind attaches the directory or file source at target as well; recursive takes
// along what is mounted below source. The target must exist, as a directory or
// as a file like the source.
func Bind(t *sys.Tracer, source, target string, recursive bool) error {
	// MS_BIND takes the file system from where source lies in the tree, so
	// there is neither a type to name nor any data. All other flags but MS_REC
	// are ignored: ReadOnly and Propagate come afterwards (mount(2)).
	flags := uintptr(unix.MS_BIND)
	if recursive {
		flags |= unix.MS_REC
	}
	err := t.Mount(source, target, "", flags, "")
	switch {
	case errors.Is(err, unix.EINVAL) && !recursive:
		// A mount that came from a more privileged namespace is locked to the
		// ones on top of it: to leave them out would show what they cover.
		return fmt.Errorf("%w (in a user namespace, what is mounted below the source must come along: make it recursive)", err)
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("%w: Are you trying to mount a directory onto a file (or vice-versa)?"+
			" Check if the specified host path exists and is the expected type", err)
	}
	return err
}
