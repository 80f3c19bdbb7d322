package mount

import (
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// ReadOnly makes the one mount at target refuse writes that come through it
// (EROFS). Mounts below it stay as they are; see ReadOnlyAll.
func ReadOnly(t *sys.Tracer, target string) error { return Remount(t, target, unix.MS_RDONLY) }

// Remount gives the one mount at target further flags, such as MS_NOEXEC; those
// that it has it keeps.
func Remount(t *sys.Tracer, target string, flags uintptr) error {
	var now unix.Statfs_t
	if err := unix.Statfs(target, &now); err != nil {
		return fmt.Errorf("statfs %s: %w", target, err)
	}
	// MS_REMOUNT alone would change the file system, wherever it is mounted;
	// with MS_BIND it changes this mount only.
	flags |= unix.MS_REMOUNT | unix.MS_BIND
	// A remount sets all flags anew: those not named are taken off. In a user
	// namespace the source's are locked, and taking one off is EPERM
	// (mount_namespaces(7)). Only the treatment of access times stays as it is
	// where no flag is given for it.
	flags |= stays(now.Flags)
	return t.Mount("none", target, "", flags, "")
}

// stays gives the flags of mount(2) for those that statfs(2) reports and that
// a remount must name again.
func stays(reported int64) uintptr {
	const noSymFollow = 0x2000 // ST_NOSYMFOLLOW of linux/statfs.h
	var flags uintptr
	for _, f := range []struct {
		reported int64
		mount    uintptr
	}{
		{unix.ST_NOSUID, unix.MS_NOSUID},
		{unix.ST_NODEV, unix.MS_NODEV},
		{unix.ST_NOEXEC, unix.MS_NOEXEC},
		{noSymFollow, unix.MS_NOSYMFOLLOW},
	} {
		if reported&f.reported != 0 {
			flags |= f.mount
		}
	}
	return flags
}
