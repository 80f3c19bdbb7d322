package breakout

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// marker reports whether the file outside can be read from a directory that should
// be the root outside.
func marker(o Outside, dir int) (call string, err error) {
	call = "openat of a file outside"
	fd, err := unix.Openat(dir, strings.TrimPrefix(o.Marker, "/"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return call, err
	}
	defer unix.Close(fd)
	text := make([]byte, len(o.Text))
	if _, err := unix.Read(fd, text); err != nil {
		return "read of a file outside", err
	}
	if string(text) != o.Text {
		return "read of a file outside", closed("another file")
	}
	return call, nil
}

// up goes to the topmost directory that ".." leads to.
func up(dir int) (int, error) {
	for range 64 {
		next, err := unix.Openat(dir, "..", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1, err
		}
		dir = next // those before are this process's, which soon ends
	}
	return dir, nil
}

// chrootTwice makes a root below the working directory: ".." stops at the root only,
// and the root is elsewhere.
func chrootTwice(o Outside) (string, error) {
	here, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "open /", err
	}
	if err := os.MkdirAll("/tmp/jail", 0o700); err != nil {
		return "mkdir /tmp/jail", err
	}
	if err := unix.Chroot("/tmp/jail"); err != nil {
		return "chroot", err
	}
	top, err := up(here)
	if err != nil {
		return "openat ..", err
	}
	return marker(o, top)
}

func workingDirectory(o Outside) (string, error) {
	here, err := unix.Open(".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "open .", err
	}
	top, err := up(here)
	if err != nil {
		return "openat ..", err
	}
	return marker(o, top)
}

func leaked(o Outside) (string, error) { return marker(o, o.Leaked) }

func procRoot(o Outside) (string, error) {
	dir, err := unix.Open(fmt.Sprintf("/proc/%d/root", o.Victim), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "open /proc/PID/root", err
	}
	return marker(o, dir)
}

// program holds the file that a process outside runs: once the process has ended,
// as the victim does when nobody holds it, it could be written to.
func program(o Outside) (string, error) {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/exe", o.Victim), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return "open /proc/PID/exe", err
	}
	again, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", fd), unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err == nil || err == unix.ETXTBSY { // only as long as it runs
		_ = unix.Close(again)
		return "open for writing", nil
	}
	return "open for writing", err
}

// handle opens a file by a number that can be guessed, on the file system that the
// prober itself was brought in from.
func handle(Outside) (string, error) {
	here, err := os.Executable()
	if err != nil {
		return "readlink /proc/self/exe", err
	}
	h, _, err := unix.NameToHandleAt(unix.AT_FDCWD, here, 0)
	if err != nil {
		return "name_to_handle_at", err
	}
	fs, err := unix.Open(here, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "open of the prober", err
	}
	fd, err := unix.OpenByHandleAt(fs, h, unix.O_RDONLY|unix.O_CLOEXEC)
	if err == nil {
		_ = unix.Close(fd)
	}
	return "open_by_handle_at", err
}

// reads reads a byte of a file.
func reads(path string) func(Outside) (string, error) {
	return func(Outside) (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "open " + path, err
		}
		defer f.Close()
		n, err := f.Read(make([]byte, 1))
		if n == 0 {
			return "read " + path, closed("empty")
		}
		return "read " + path, err
	}
}

// writes opens for writing the first of the files that there is.
func writes(paths ...string) func(Outside) (string, error) {
	return func(Outside) (call string, err error) {
		for _, path := range paths {
			call = "open " + path + " for writing"
			var fd int
			fd, err = unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
			if err == nil {
				_ = unix.Close(fd)
				return call, nil
			}
			if err != unix.ENOENT && err != unix.EACCES {
				return call, err
			}
		}
		return call, err
	}
}
