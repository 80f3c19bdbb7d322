package image

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// found is one file of the tree, held open by O_PATH: whatever the processes
// in the root do with its name, what is asked of fd is answered by this file.
type found struct {
	fd      int
	name    string // relative to the root; "." for the root itself
	stat    unix.Stat_t
	mounted bool // something is mounted here, and fd is that
}

func (f found) kind() uint32 { return f.stat.Mode & unix.S_IFMT }

// find opens base in the directory dir and looks what it is.
//
// O_PATH opens nothing but the name, so it neither waits at a fifo nor wakes a
// driver, and O_NOFOLLOW gives a symbolic link itself. RESOLVE_NO_XDEV tells a
// mount point by EXDEV even where both sides are the same file system, as in a
// bind mount, which comparing device numbers would miss. See openat2(2).
func find(dir int, base, name string) (found, error) {
	f := found{name: name}
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_XDEV}
	err := retry(func() (err error) {
		f.fd, err = unix.Openat2(dir, base, &how)
		return err
	})
	if errors.Is(err, unix.EXDEV) {
		f.mounted = true
		f.fd, err = unix.Openat(dir, base, int(how.Flags), 0)
	}
	if err != nil {
		return f, fmt.Errorf("openat2: %w", err)
	}
	if err := unix.Fstat(f.fd, &f.stat); err != nil {
		unix.Close(f.fd)
		return f, fmt.Errorf("fstat: %w", err)
	}
	return f, nil
}

// retry calls f again while a signal interrupts it, or while the kernel can't
// vouch for a lookup because something was renamed meanwhile.
func retry(f func() error) error {
	for {
		err := f()
		if !isAny(err, unix.EINTR, unix.EAGAIN) {
			return err
		}
	}
}

func isAny(err error, targets ...error) bool {
	return slices.ContainsFunc(targets, func(t error) bool { return errors.Is(err, t) })
}
