package mount

import (
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Propagate says for the mount at target, or with an r-mode also for all those
// below it, where what is mounted there later turns up as well: everywhere in
// its group and from everywhere (shared), here what is mounted elsewhere but not
// the other way round (slave), only here (private), only here and never to be
// bound (unbindable). See mount_namespaces(7).
func Propagate(t *sys.Tracer, target string, mode Propagation) error {
	flags := mode.flags()
	if flags == 0 {
		return fmt.Errorf("invalid propagation mode: %s: %w", mode, unix.EINVAL)
	}
	// A call of its own: mount(2) takes no other flags with these but MS_REC,
	// and looks at neither source nor type.
	return t.Mount("none", target, "", flags, "")
}
