package places

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// walk goes down a path one name at a time, so that every symbolic link is
// seen before it is followed. openat2(2) can forbid links or allow them all,
// but can't ask whose they are.
type walk struct {
	owner  User
	create bool
	// at is the directory reached so far, free of links, for messages.
	at string
	// links counts the links followed.
	links int
}

// maxLinks is how many links a path may lead through: the kernel's own limit,
// see path_resolution(7).
const maxLinks = 40

// to walks to the absolute path dir and says which directory that is.
func (w walk) to(dir string) (unix.Stat_t, error) {
	return w.fromTop(names(dir))
}

// fromTop walks down from the root directory.
func (w walk) fromTop(rest []string) (unix.Stat_t, error) {
	w.at = "/"
	// O_PATH asks for search permission only: a directory on the way, such as
	// a /home of mode 0711, need not be readable.
	top, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return unix.Stat_t{}, &fs.PathError{Op: "open", Path: "/", Err: err}
	}
	defer unix.Close(top)
	return w.down(top, rest)
}

// down walks from the directory open as fd through the names in rest.
func (w walk) down(fd int, rest []string) (stat unix.Stat_t, err error) {
	if len(rest) == 0 {
		err = unix.Fstat(fd, &stat)
		return stat, w.failed("fstat", ".", err)
	}
	name, rest := rest[0], rest[1:]
	next, err := w.open(fd, name)
	if err != nil {
		return stat, err
	}
	defer unix.Close(next)
	if err := unix.Fstat(next, &stat); err != nil {
		return stat, w.failed("fstat", name, err)
	}
	switch stat.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		w.at = filepath.Join(w.at, name)
		return w.down(next, rest)
	case unix.S_IFLNK:
		return w.follow(fd, next, name, stat.Uid, rest)
	}
	return stat, w.failed("open", name, unix.ENOTDIR)
}

// open opens the directory or link name in fd itself, and makes a directory if
// it is missing and wanted.
func (w walk) open(fd int, name string) (int, error) {
	// Without O_DIRECTORY, O_PATH with O_NOFOLLOW opens a link as itself.
	const flags = unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC
	next, err := unix.Openat(fd, name, flags, 0)
	if w.create && errors.Is(err, unix.ENOENT) {
		// EEXIST means that another process was faster, which is as good.
		if err := unix.Mkdirat(fd, name, 0o700); err != nil && !errors.Is(err, unix.EEXIST) {
			return -1, w.failed("mkdirat", name, err)
		}
		next, err = unix.Openat(fd, name, flags, 0)
	}
	return next, w.failed("openat", name, err)
}

// follow goes where a link of the directory fd leads, if uid may be trusted
// with the way.
func (w walk) follow(fd, link int, name string, uid uint32, rest []string) (unix.Stat_t, error) {
	if uid != 0 && int(uid) != w.owner.UID {
		return unix.Stat_t{}, w.failed("follow", name, fmt.Errorf("it is a symbolic link put there by uid %d", uid))
	}
	if len(rest) == 0 && unix.Geteuid() == 0 {
		return unix.Stat_t{}, w.failed("follow", name, errors.New("it is a symbolic link, which root does not take for a directory of its own"))
	}
	if w.links++; w.links > maxLinks {
		return unix.Stat_t{}, w.failed("follow", name, unix.ELOOP)
	}
	var buf [unix.PathMax]byte
	// An empty name reads the very link that is open; see readlinkat(2).
	n, err := unix.Readlinkat(link, "", buf[:])
	if err != nil {
		return unix.Stat_t{}, w.failed("readlinkat", name, err)
	}
	target := string(buf[:n])
	rest = append(names(target), rest...)
	if filepath.IsAbs(target) {
		return w.fromTop(rest)
	}
	return w.down(fd, rest)
}

// failed names the path and, where it matters, the user that err is about.
func (w walk) failed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w for uid %d", err, w.owner.UID)
	}
	return &fs.PathError{Op: op, Path: filepath.Join(w.at, name), Err: err}
}

// names splits a path. It keeps "..", which means the directory above the one
// that a link led to, and so can't be resolved by name.
func names(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
