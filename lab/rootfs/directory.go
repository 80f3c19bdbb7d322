package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// fromDirectory copies the directory from, with all that is known of each
// file: owner, mode, times, extended attributes, and which names are hard
// links of one file. It stays on one file system, so what is mounted beneath,
// such as the proc of a container that runs there, is not copied.
func fromDirectory(ctx context.Context, from, dir string, report func(Progress)) error {
	from, err := filepath.EvalSymlinks(from)
	if err != nil {
		return err
	}
	to, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if to == from || strings.HasPrefix(to, strings.TrimSuffix(from, "/")+"/") {
		return fmt.Errorf("%s lies inside %s: the copy would contain itself", to, from)
	}
	var top unix.Stat_t
	if err := unix.Lstat(from, &top); err != nil {
		return fmt.Errorf("lstat %s: %w", from, err)
	}
	d := &duplicator{report: report, names: map[inode]string{}}
	err = filepath.WalkDir(from, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(name, &st); err != nil {
			return fmt.Errorf("lstat %s: %w", name, err)
		}
		if err := d.copy(name, filepath.Join(to, rel), st); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
		if st.Mode&unix.S_IFMT == unix.S_IFDIR && st.Dev != top.Dev {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.finishDirs()
}

// duplicator copies files one by one.
type duplicator struct {
	report func(Progress)
	done   int64
	names  map[inode]string // first name of each file with several
	dirs   []pair           // whose modes and times are still to be set
}

type pair struct {
	from, to string
	st       unix.Stat_t
}

// copy makes to like from, whose properties are st.
func (d *duplicator) copy(from, to string, st unix.Stat_t) error {
	d.done++
	d.report(Progress{What: "copying", Done: d.done, Unit: "files"})
	kind := st.Mode & unix.S_IFMT
	if id := (inode{st.Dev, st.Ino}); st.Nlink > 1 && kind != unix.S_IFDIR {
		if first, ok := d.names[id]; ok {
			return os.Link(first, to)
		}
		d.names[id] = to
	}
	var err error
	switch kind {
	case unix.S_IFDIR:
		// Its own mode may forbid filling it, so that comes at the end.
		d.dirs = append(d.dirs, pair{from, to, st})
		return mkdir(to, 0o700)
	case unix.S_IFREG:
		err = copyFile(from, to, 0o600)
	case unix.S_IFLNK:
		var target string
		if target, err = os.Readlink(from); err == nil {
			err = os.Symlink(target, to)
		}
	case unix.S_IFSOCK:
		return d.leaveOut(from, st, "a socket is nothing without the process that listens")
	case unix.S_IFCHR, unix.S_IFBLK:
		if err := unix.Mknod(to, kind|0o600, int(st.Rdev)); errors.Is(err, unix.EPERM) {
			return d.leaveOut(from, st, "a device node needs root")
		} else if err != nil {
			return err
		}
	default:
		err = unix.Mkfifo(to, 0o600)
	}
	if err != nil {
		return err
	}
	return setAttributes(from, to, st)
}

// leaveOut reports that from is not copied, under any of its names.
func (d *duplicator) leaveOut(from string, st unix.Stat_t, why string) error {
	delete(d.names, inode{st.Dev, st.Ino})
	d.report(Progress{What: "left out " + from + ": " + why})
	return nil
}

// finishDirs sets modes and times, each directory before its parent.
func (d *duplicator) finishDirs() error {
	for _, p := range slices.Backward(d.dirs) {
		if err := setAttributes(p.from, p.to, p.st); err != nil {
			return fmt.Errorf("copy %s: %w", p.from, err)
		}
	}
	return nil
}
