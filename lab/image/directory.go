package image

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/sys/unix"
)

// inode is a file's identity, whatever names lead to it.
type inode struct{ dev, ino uint64 }

// lateDir is a directory whose mode and times are still to be set.
type lateDir struct {
	name string
	hdr  *tar.Header
}

// directory makes a directory, or takes the one that stands there, and keeps
// its header for finishDirs: a directory without write permission could not
// be filled, and filling it changes its time.
func (u *unpacker) directory(at spot, hdr *tar.Header) error {
	err := unix.Mkdirat(at.dir, at.base, 0o700)
	if errors.Is(err, unix.EEXIST) {
		var st unix.Stat_t
		if st, err = at.stat(); err == nil && st.Mode&unix.S_IFMT != unix.S_IFDIR {
			// Not even a link to a directory may stay: the archive says that
			// a directory is here.
			err = at.create(func() error { return unix.Mkdirat(at.dir, at.base, 0o700) })
		}
	}
	if err != nil {
		return fmt.Errorf("mkdirat: %w", err)
	}
	st, err := at.stat()
	if err != nil {
		return err
	}
	// The last entry for a directory counts, whichever of its names it uses.
	u.dirs[inode{st.Dev, st.Ino}] = lateDir{at.name, hdr}
	return nil
}

// finishDirs sets owners, modes and times of the directories. It goes through
// the names backwards, so that a directory comes before its parent, which may
// then lose the permission to be entered.
func (u *unpacker) finishDirs() error {
	type late struct {
		id inode
		lateDir
	}
	var all []late
	for id, d := range u.dirs {
		all = append(all, late{id, d})
	}
	slices.SortFunc(all, func(a, b late) int { return cmp.Compare(b.name, a.name) })
	for _, d := range all {
		if err := u.finishDir(d.id, d.lateDir); err != nil {
			return fmt.Errorf("entry %q: %w", d.hdr.Name, err)
		}
	}
	return nil
}

// finishDir looks d up once more. A later entry may have replaced it, by a
// link to /etc for one, so what is found now must be the directory known.
func (u *unpacker) finishDir(id inode, d lateDir) error {
	dir, err := u.root.directory(path.Dir(d.name))
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	at := newSpot(dir, d.name)
	fd, err := at.open(unix.O_RDONLY | unix.O_DIRECTORY)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("fstat: %w", err)
	}
	if id != (inode{st.Dev, st.Ino}) {
		return nil
	}
	mode, err := u.ownerAndXattrs(at, d.hdr)
	if err != nil {
		return err
	}
	if err := unix.Fchmod(fd, mode); err != nil {
		return fmt.Errorf("fchmod %#o: %w", mode, err)
	}
	return setTimes(at, d.hdr)
}

// isGone tells whether a name that led to a directory does so no more. What
// open(2) says of a link depends on which of its flags it looks at first.
func isGone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}
