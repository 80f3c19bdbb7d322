package doctor

import "fmt"

// jailed says how it shows that our root directory is not the root of our
// mount namespace, which is what the kernel means by being inside a chroot; it
// returns "" where nothing shows it.
func jailed() string {
	return jailSign(mountsOf("self"), mountsOf("1"))
}

// jailSign looks for a chroot in our own mountinfo and that of PID 1.
func jailSign(own, first []mount) string {
	if len(own) == 0 {
		return ""
	}
	// The root of a mount namespace is a mount point; a chroot's need not be.
	root, ok := topmost(own, "/")
	if !ok {
		return "/proc/self/mountinfo has no mount point /"
	}
	// A chroot may stand on a mount point too; PID 1, where it shares our
	// mount namespace, then sees that same mount at another place.
	for _, m := range first {
		if m.id == root.id && m.point != "/" {
			return fmt.Sprintf("our / is what PID 1 sees mounted on %s", m.point)
		}
	}
	return ""
}
