package rootfs

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// setAttributes gives to the owner, extended attributes, mode and times of
// from. In this order: chown(2) clears setuid bits and file capabilities, and
// a file that is not writable takes no user attributes.
func setAttributes(from, to string, st unix.Stat_t) error {
	mode := st.Mode & 0o7777
	owned := false
	if os.Geteuid() == 0 {
		err := unix.Lchown(to, int(st.Uid), int(st.Gid))
		if err != nil && !errors.Is(err, unix.EINVAL) { // EINVAL: no such user in this user namespace
			return fmt.Errorf("lchown %s: %w", to, err)
		}
		owned = err == nil
	}
	if !owned {
		// The copy is the caller's, who never agreed to be impersonated.
		mode &^= unix.S_ISUID | unix.S_ISGID
	}
	if err := copyXattrs(from, to); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		if err := unix.Chmod(to, mode); err != nil {
			return fmt.Errorf("chmod %#o %s: %w", mode, to, err)
		}
	}
	times := []unix.Timespec{st.Atim, st.Mtim}
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, to, times, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return fmt.Errorf("utimensat %s: %w", to, err)
	}
	return nil
}

// copyXattrs copies the extended attributes that this process may read and
// set; see xattr(7).
func copyXattrs(from, to string) error {
	list, err := readXattr(func(buf []byte) (int, error) { return unix.Llistxattr(from, buf) })
	if err != nil {
		return fmt.Errorf("llistxattr %s: %w", from, err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		if name == "" {
			continue
		}
		value, err := readXattr(func(buf []byte) (int, error) { return unix.Lgetxattr(from, name, buf) })
		if err == nil {
			err = unix.Lsetxattr(to, name, value, 0)
		}
		if err != nil && !isXattrRefusal(err) {
			return fmt.Errorf("extended attribute %s of %s: %w", name, to, err)
		}
	}
	return nil
}

// readXattr calls get for the size and then for the content. A file system
// without attributes has none.
func readXattr(get func([]byte) (int, error)) ([]byte, error) {
	size, err := get(nil)
	if errors.Is(err, unix.ENOTSUP) || err == nil && size == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	buf := make([]byte, size)
	n, err := get(buf)
	return buf[:max(n, 0)], err
}

func isXattrRefusal(err error) bool {
	return errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOTSUP)
}
