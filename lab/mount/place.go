package mount

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// inside opens a path the way a process whose root is the directory root walks it.
//
// A container's root belongs to whoever made the image: one of its symbolic
// links may say /data -> /etc. RESOLVE_IN_ROOT keeps the kernel below root for
// this one lookup, links and ".." included; to look at the path first and to
// mount on it afterwards would leave time to change it. RESOLVE_NO_MAGICLINKS
// refuses the links of /proc/PID, which lead anywhere (openat2(2)).
func inside(t *sys.Tracer, root int, path string) (fd int, err error) {
	how := unix.OpenHow{Flags: unix.O_PATH, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	// EAGAIN says that something was moved during the lookup, and so the
	// kernel can't vouch for "..".
	for range 100 {
		if fd, err = t.Openat2(root, path, how); !errors.Is(err, unix.EAGAIN) {
			return fd, err
		}
	}
	return -1, err
}

// place opens a path inside root, and makes it where it is missing: an empty
// file or a directory, and the directories above. links is how many more
// symbolic links may be followed that lead to something missing.
func place(t *sys.Tracer, root int, path string, file bool, links int) (fd int, err error) {
	fd, err = inside(t, root, path)
	if !errors.Is(err, unix.ENOENT) {
		return fd, err
	}
	dir, name := split(path)
	up, err := place(t, root, dir, false, links)
	if err != nil {
		return -1, err
	}
	defer func() { _ = unix.Close(up) }()
	if name == ".." || name == "." {
		return inside(t, root, path)
	}
	err = create(t, up, name, file)
	if !errors.Is(err, unix.EEXIST) {
		if err != nil {
			return -1, fmt.Errorf("make %s in the container's root: %w", path, err)
		}
		return inside(t, root, path)
	}
	// Something is there and yet nothing: a link to what is missing.
	target, linkErr := readlink(up, name)
	if linkErr != nil || links == 0 {
		return -1, fmt.Errorf("make %s in the container's root: %w", path, errors.Join(err, linkErr))
	}
	if !strings.HasPrefix(target, "/") {
		target = dir + "/" + target
	}
	return place(t, root, target, file, links-1)
}

// create makes an empty file or a directory, open to all for reading, which
// mount(2) then covers.
func create(t *sys.Tracer, dir int, name string, file bool) error {
	if !file {
		return t.MkdirAt(dir, name, 0o755)
	}
	fd, err := t.CreateAt(dir, name, 0o644)
	if err == nil {
		_ = unix.Close(fd)
	}
	return err
}

// split parts a path before its last name. It must not shorten "a/../b": where
// a is a link, that is not b.
func split(path string) (dir, name string) {
	path = strings.TrimRight(path, "/")
	i := strings.LastIndexByte(path, '/')
	if i <= 0 {
		return "/", path[i+1:]
	}
	return path[:i], path[i+1:]
}

func readlink(dir int, name string) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(dir, name, buf)
	if err != nil {
		return "", err
	}
	return string(buf[:n]), nil
}
