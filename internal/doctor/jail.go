package doctor

import (
	"fmt"

	"byhand/internal/kernel"
)

// jailed says how it shows that our root directory is not the root of our
// mount namespace, which is what the kernel means by being inside a chroot; it
// returns "" where nothing shows it.
func jailed() string {
	own, err := kernel.Mounts(0)
	if err != nil {
		return ""
	}
	// PID 1's are another's, which an ordinary user may not read.
	first, _ := kernel.Mounts(1)
	return jailSign(own, first)
}

// jailSign looks for a chroot in our own mountinfo and that of PID 1.
func jailSign(own, first []kernel.Mount) string {
	if len(own) == 0 {
		return ""
	}
	// The root of a mount namespace is a mount point; a chroot's need not be.
	root, ok := kernel.MountAt(own, "/")
	if !ok {
		return "/proc/self/mountinfo has no mount point /"
	}
	// A chroot may stand on a mount point too; PID 1, where it shares our
	// mount namespace, then sees that same mount at another place.
	for _, m := range first {
		if m.ID == root.ID && m.Target != "/" {
			return fmt.Sprintf("our / is what PID 1 sees mounted on %s", m.Target)
		}
	}
	return ""
}
