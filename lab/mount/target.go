package mount

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/sys"
)

// target is a place in a container's root, held open.
type target struct {
	root, fd int
	// name is the path inside the root.
	name string
	// before are the mounts that there were when it was opened.
	before []kernel.Mount
}

// maxLinks is how many symbolic links in a row the kernel follows
// (path_resolution(7)).
const maxLinks = 40

// openTarget opens the target of a Spec, or makes it: a directory, or for any
// other source an empty file, which is enough to mount on.
func openTarget(t *sys.Tracer, root string, s Spec) (*target, error) {
	var source unix.Stat_t
	if err := unix.Stat(s.Source, &source); errors.Is(err, unix.ENOENT) {
		return nil, fmt.Errorf("bind source path does not exist: %s: %w", s.Source, err)
	} else if err != nil {
		return nil, fmt.Errorf("stat %s: %w", s.Source, err)
	}
	before, err := kernel.Mounts(0)
	if err != nil {
		return nil, err
	}
	top, err := t.Open(root, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	at := &target{root: top, fd: -1, name: s.Target, before: before}
	if at.fd, err = place(t, top, s.Target, source.Mode&unix.S_IFMT != unix.S_IFDIR, maxLinks); err != nil {
		at.close()
		return nil, err
	}
	if sameFile(at.fd, top) {
		at.close()
		return nil, errors.New("invalid specification: destination can't be '/'")
	}
	return at, nil
}

func (at *target) close() {
	for _, fd := range []int{at.root, at.fd} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}

// path names the target for calls that take no descriptor. Unlike any other
// symbolic link, one of /proc/self/fd leads to the very file (proc_pid_fd(5)).
func (at *target) path() string { return fmt.Sprintf("/proc/self/fd/%d", at.fd) }

// reopen opens what is mounted on the target now. A mount that was there
// before is refused: a link must have been moved into the way.
func (at *target) reopen(t *sys.Tracer) (*target, error) {
	fd, err := inside(t, at.root, at.name)
	if err != nil {
		return nil, err
	}
	mounted := &target{root: -1, fd: fd, name: at.name}
	id, err := mountID(fd)
	if err == nil && slices.ContainsFunc(at.before, func(m kernel.Mount) bool { return m.ID == id }) {
		err = fmt.Errorf("%s does not lead to what was mounted there: %w", at.name, unix.EAGAIN)
	}
	if err != nil {
		mounted.close()
		return nil, err
	}
	return mounted, nil
}

// mountID returns the ID, as in mountinfo, of the mount that a file was opened
// through.
func mountID(fd int) (string, error) {
	path := fmt.Sprintf("/proc/self/fdinfo/%d", fd)
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if id, found := strings.CutPrefix(line, "mnt_id:"); found {
			return strings.TrimSpace(id), nil
		}
	}
	return "", fmt.Errorf("%s: no mnt_id", path)
}

func sameFile(a, b int) bool {
	var x, y unix.Stat_t
	return unix.Fstat(a, &x) == nil && unix.Fstat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}
