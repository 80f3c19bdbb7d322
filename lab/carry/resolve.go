package carry

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// mostLinks is how many symbolic links a path may lead through, as in the kernel.
const mostLinks = 40

// place is where a path leads to in a root.
type place struct {
	// path has no link, no "." and no "..", and begins at the root; "." is that.
	path string
	// mode is what stands there, 0 where nothing does.
	mode uint32
}

func (p place) exists() bool    { return p.mode != 0 }
func (p place) directory() bool { return p.mode&unix.S_IFMT == unix.S_IFDIR }

// resolve follows a path as a process would whose root is the directory: links
// begin there, and ".." ends there. The last name may be missing, and a link in
// its place is followed where follow says so.
//
// What is found may be another thing a moment later, since a container runs. So
// the path is only a name: whoever opens it does that in the root again.
func resolve(root *os.File, name string, follow bool) (place, error) {
	todo := strings.Split(name, "/")
	at := place{path: ".", mode: unix.S_IFDIR}
	for links := 0; len(todo) > 0; {
		next := todo[0]
		todo = todo[1:]
		switch next {
		case "", ".":
			continue
		case "..":
			at = place{path: path.Dir(at.path), mode: unix.S_IFDIR}
			continue
		}
		if !at.exists() {
			return at, fmt.Errorf("lstat %s: %w", name, unix.ENOENT)
		}
		if !at.directory() {
			return at, fmt.Errorf("lstat %s: %w", name, unix.ENOTDIR)
		}
		last := strings.Trim(strings.Join(todo, ""), ".") == ""
		here := path.Join(at.path, next)
		mode, target, err := look(root, here)
		switch {
		case errors.Is(err, unix.ENOENT):
			at = place{path: here}
		case err != nil:
			return at, fmt.Errorf("lstat %s: %w", name, err)
		case mode&unix.S_IFMT == unix.S_IFLNK && (follow || !last):
			if links++; links > mostLinks {
				return at, fmt.Errorf("lstat %s: %w", name, unix.ELOOP)
			}
			todo = append(strings.Split(target, "/"), todo...)
			if path.IsAbs(target) {
				at = place{path: ".", mode: unix.S_IFDIR}
			}
		default:
			at = place{path: here, mode: mode}
		}
	}
	return at, nil
}

// look tells what stands at a path without links, and where it leads if it is one.
func look(root *os.File, name string) (mode uint32, target string, err error) {
	f, err := open(root, name)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, "", err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		return st.Mode, "", nil
	}
	text := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(f.Fd()), "", text)
	if err != nil {
		return 0, "", err
	}
	return st.Mode, string(text[:n]), nil
}

// open opens what stands at a path, whatever it is, only to look at it.
// RESOLVE_IN_ROOT keeps links that were laid meanwhile inside (openat2(2)).
func open(root *os.File, name string) (*os.File, error) {
	how := unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	}
	for {
		fd, err := unix.Openat2(int(root.Fd()), name, &how)
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			continue // something was renamed meanwhile
		case err != nil:
			return nil, err
		}
		return os.NewFile(uintptr(fd), name), nil
	}
}
