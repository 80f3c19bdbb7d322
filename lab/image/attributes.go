package image

import (
	"archive/tar"
	"errors"
	"fmt"
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// ownerAndXattrs sets who owns the file and its extended attributes, and
// returns the mode that remains to be set. The order matters: chown(2) clears
// the setuid bits and the file's capabilities (security.capability), and user
// attributes need a file that its owner may still write.
func (u *unpacker) ownerAndXattrs(at spot, hdr *tar.Header) (mode uint32, err error) {
	owned, err := u.setOwner(at, hdr)
	if err != nil {
		return 0, err
	}
	xattrs := u.xattrs(hdr)
	if err := u.setXattrs(at, hdr, xattrs); err != nil {
		return 0, err
	}
	mode = uint32(hdr.Mode) & 0o7777
	// With an access control list the group's bits mean its mask, and chmod(2)
	// would set that. Not all programs write them so.
	if list, err := parseACL(xattrs[xattrACL]); err == nil {
		mode = mode&^unix.S_IRWXG | list.groupBits()
	}
	if !owned {
		// The bits say "run this as the file's owner". That would now be the
		// caller, who never agreed to it.
		mode &^= unix.S_ISUID | unix.S_ISGID
	}
	return mode, nil
}

// setOwner sets the owner by number: the archive's user names are those of
// another machine. It tells whether the owner is what the archive says.
func (u *unpacker) setOwner(at spot, hdr *tar.Header) (bool, error) {
	if !u.asRoot {
		return u.opts.RootIsCaller && hdr.Uid == 0 && hdr.Gid == 0, nil
	}
	for _, id := range []int{hdr.Uid, hdr.Gid} {
		if id < 0 || id >= math.MaxUint32 { // the last one means "leave as it is" to chown(2)
			return false, fmt.Errorf("owner %d:%d is out of range", hdr.Uid, hdr.Gid)
		}
	}
	err := unix.Fchownat(at.dir, at.base, hdr.Uid, hdr.Gid, unix.AT_SYMLINK_NOFOLLOW)
	if errors.Is(err, unix.EINVAL) {
		u.skipped(hdr.Name, fmt.Sprintf("owner %d:%d has no place in this user namespace", hdr.Uid, hdr.Gid))
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("fchownat %d:%d: %w", hdr.Uid, hdr.Gid, err)
	}
	return true, nil
}

// setTimes sets the times to the nanosecond. It comes last, since writing
// changes them. Most archives hold no time of access; that one is left alone.
func setTimes(at spot, hdr *tar.Header) error {
	accessed, err := timespec(hdr.AccessTime)
	if err != nil {
		return err
	}
	if hdr.AccessTime.IsZero() {
		accessed = unix.Timespec{Nsec: unix.UTIME_OMIT}
	}
	modified, err := timespec(hdr.ModTime)
	if err != nil {
		return err
	}
	err = unix.UtimesNanoAt(at.dir, at.base, []unix.Timespec{accessed, modified}, unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return fmt.Errorf("utimensat: %w", err)
	}
	return nil
}

func timespec(t time.Time) (unix.Timespec, error) {
	ts, err := unix.TimeToTimespec(t)
	if err != nil {
		return ts, fmt.Errorf("time %v: %w", t, err)
	}
	return ts, nil
}
