package rootdir

import (
	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Pivot makes the mount at dir the root of this mount namespace, and lets go of
// the old one. Unlike after chroot(2) there is nothing left to break out to.
func Pivot(t *sys.Tracer, dir string) error {
	// "." can be named whatever the paths mean meanwhile.
	if err := t.Chdir(dir); err != nil {
		return err
	}
	// Both names the same: the old root ends up on top of the new one, at "/",
	// and no directory has to be made to put it (pivot_root(2)). The new one
	// must be a mount point, which an overlay is.
	if err := t.PivotRoot(".", "."); err != nil {
		return err
	}
	// What happens to the old mounts must not reach the machine's. Private
	// would do; a slave also when somebody has files open below.
	if err := t.Mount("none", ".", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return err
	}
	// The lazy way, since our own working directory is still the old root.
	if err := t.Umount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return t.Chdir("/")
}
