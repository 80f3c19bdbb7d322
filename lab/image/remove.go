package image

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// removeTree deletes what stands at s, a directory with all that it holds. No
// link is followed, and RESOLVE_NO_XDEV stops at anything mounted within: rm -r
// would empty it.
func (s spot) removeTree() error {
	err := unix.Unlinkat(s.dir, s.base, 0)
	if !errors.Is(err, unix.EISDIR) {
		return s.explain(err)
	}
	how := unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_XDEV,
	}
	var fd int
	err = retry(func() (err error) {
		fd, err = unix.Openat2(s.dir, s.base, &how)
		return err
	})
	if err != nil {
		return s.explain(err)
	}
	defer unix.Close(fd)
	if err := s.removeContent(fd); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return s.explain(err)
	}
	s.forget(inode{st.Dev, st.Ino})
	return s.explain(unix.Unlinkat(s.dir, s.base, unix.AT_REMOVEDIR))
}

// removeContent deletes everything in s, the directory that is open at fd.
func (s spot) removeContent(fd int) error {
	names, err := list(fd, make([]byte, 16<<10))
	if err != nil {
		return s.explain(err)
	}
	for _, base := range names {
		inner := spot{fd, base, s.name + "/" + base, s.forget}
		if err := inner.removeTree(); err != nil {
			return err
		}
	}
	return nil
}

func (s spot) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("remove %s: %w", s.name, err)
}
