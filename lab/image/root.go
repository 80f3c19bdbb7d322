package image

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// root is the directory that an archive is unpacked into. It is held open and
// named by its descriptor, so that nobody can move another directory into its
// place while entries are being written.
type root struct{ fd int }

// openRoot opens the existing directory dir as a root.
func openRoot(dir string) (root, error) {
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return root{}, fmt.Errorf("open directory %s: %w", dir, err)
	}
	return root{fd}, nil
}

func (r root) close() { unix.Close(r.fd) }

// directory opens the directory name as a process chrooted to r would see it.
//
// RESOLVE_IN_ROOT makes the kernel treat r as "/" for this one lookup: an
// absolute symbolic link such as /var/run -> /run stays inside, and ".." stops
// at the top. Checking the path first and opening it afterwards could not do
// as much, because a link may change between the two. RESOLVE_NO_MAGICLINKS
// refuses the links of /proc/PID/fd and the like, which lead anywhere.
// See openat2(2).
func (r root) directory(name string) (int, error) {
	how := unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	}
	for {
		fd, err := unix.Openat2(r.fd, name, &how)
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			continue // something was renamed during the lookup, so the kernel could not vouch for ".."
		case errors.Is(err, unix.ENOSYS):
			return -1, fmt.Errorf("openat2 %s: this needs Linux 5.6: %w", name, err)
		case err != nil:
			return -1, fmt.Errorf("openat2 %s: %w", name, err)
		}
		return fd, nil
	}
}

// parent opens the directory that will hold the entry name, making those that
// the archive left out, as tar(1) does.
func (r root) parent(name string) (int, error) {
	dir := path.Dir(name)
	fd, err := r.directory(dir)
	if !errors.Is(err, unix.ENOENT) || dir == "." {
		return fd, err
	}
	up, err := r.parent(dir)
	if err != nil {
		return -1, err
	}
	defer unix.Close(up)
	base := path.Base(dir)
	if err := unix.Mkdirat(up, base, 0o755); err != nil {
		// EEXIST here means a symbolic link that leads nowhere.
		return -1, fmt.Errorf("mkdirat %s: %w", dir, err)
	}
	made, err := unix.Openat(up, base, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("openat %s: %w", dir, err)
	}
	// mkdirat applied the caller's umask; a root must not depend on it.
	if err := unix.Fchmod(made, 0o755); err != nil {
		unix.Close(made)
		return -1, fmt.Errorf("fchmod %s: %w", dir, err)
	}
	return made, nil
}

// confine turns the name of an entry, or the target of a hard link, into a
// clean path relative to the root: "/etc/passwd" and "./etc/passwd" become
// "etc/passwd", the root itself becomes ".". No honest archive names an entry
// through "..", so such a name is refused rather than guessed at.
func confine(name string) (string, error) {
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", fmt.Errorf("the name %q climbs with \"..\"", name)
		}
	}
	clean := strings.TrimPrefix(path.Clean("/"+name), "/")
	if clean == "" {
		return ".", nil
	}
	return clean, nil
}
