package image

import (
	"errors"
	"fmt"
	"path"
	"strconv"

	"golang.org/x/sys/unix"
)

// spot is where an entry goes: a last name inside a directory that is open.
// Every call on it ends in "at" and follows no link: nothing between the
// root and the name is looked up a second time.
type spot struct {
	dir  int    // descriptor of the parent
	base string // last part of the name, "." for the root itself
	name string // the whole name, for errors
	// forget makes remove take directories with all that they hold, and is
	// told of each. Only a layer of an image is to replace so much.
	forget func(inode)
}

func newSpot(dir int, name string) spot {
	return spot{dir: dir, base: path.Base(name), name: name}
}

// create makes a file by calling mk, and where something stands in the way
// already, removes that and calls mk once more. Trying first saves a system
// call on most entries.
func (s spot) create(mk func() error) error {
	err := mk()
	if !errors.Is(err, unix.EEXIST) {
		return err
	}
	if err := s.remove(); err != nil {
		return err
	}
	return mk()
}

// remove deletes what stands at s, but no directory that is not empty unless
// s says so: a root's archive never needs that, and a mistake would cost a
// whole tree.
func (s spot) remove() error {
	if s.forget != nil {
		return s.removeTree()
	}
	err := unix.Unlinkat(s.dir, s.base, 0)
	if errors.Is(err, unix.EISDIR) {
		err = unix.Unlinkat(s.dir, s.base, unix.AT_REMOVEDIR)
	}
	if err != nil {
		return fmt.Errorf("replace what stands there: unlinkat %s: %w", s.name, err)
	}
	return nil
}

// stat reads the properties of what stands at s, not following a link.
func (s spot) stat() (unix.Stat_t, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(s.dir, s.base, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return st, fmt.Errorf("fstatat %s: %w", s.name, err)
	}
	return st, nil
}

// open opens what stands at s; flags say how.
func (s spot) open(flags int) (int, error) {
	fd, err := unix.Openat(s.dir, s.base, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("openat %s: %w", s.name, err)
	}
	return fd, nil
}

// procPath names s for the calls that know no "at" form. The link in /proc
// leads to the open directory itself, wherever that is by now.
func (s spot) procPath() string {
	return procFD(s.dir) + "/" + s.base
}

func procFD(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
