package sys

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// A link's target fits pathMax bytes; a file of /proc is asked for in portions
// of a page.
const (
	pathMax = 4096
	page    = 4096
)

// Readlink is readlinkat(2) from the working directory. The links of /proc/PID
// lead nowhere by their text: that of ns/pid is the namespace's identity.
func (t *Tracer) Readlink(path string) (string, error) {
	buf := make([]byte, pathMax)
	n, err := unix.Readlink(path, buf)
	err = t.done("readlinkat", n, err, "AT_FDCWD", quote(path), filled(buf, n, pathMax), decimal(pathMax))
	return string(buf[:max(n, 0)]), err
}

// Read is read(2) of at most a page.
func (t *Tracer) Read(fd int) (string, error) {
	buf := make([]byte, page)
	n, err := unix.Read(fd, buf)
	err = t.done("read", n, err, decimal(fd), filled(buf, n, Shown), decimal(page))
	return string(buf[:max(n, 0)]), err
}

// ReadFile opens a file, reads it to its end, and closes it.
func (t *Tracer) ReadFile(path string) (string, error) {
	fd, err := t.Open(path, unix.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(fd) }()
	for text := ""; ; {
		part, err := t.Read(fd)
		text += part
		// The files of /proc fill what they are given, as long as there is more.
		if err != nil || len(part) < page {
			return text, err
		}
	}
}

// Shown is how many bytes of what was read a Call tells, as strace does unasked.
const Shown = 32

// filled writes what the kernel has put into a buffer, its first bytes where it
// is long; where it refused, strace has only the buffer's address.
func filled(buf []byte, n, shown int) string {
	if n < 0 {
		return fmt.Sprintf("%p", buf)
	}
	if n > shown {
		return quote(string(buf[:shown])) + "..."
	}
	return quote(string(buf[:n]))
}

// Uname is uname(2); of what it tells, strace writes the first two names.
func (t *Tracer) Uname() (names unix.Utsname, err error) {
	err = unix.Uname(&names)
	system, node := unix.ByteSliceToString(names.Sysname[:]), unix.ByteSliceToString(names.Nodename[:])
	return names, t.done("uname", 0, err, fmt.Sprintf("{sysname=%s, nodename=%s, ...}", quote(system), quote(node)))
}
