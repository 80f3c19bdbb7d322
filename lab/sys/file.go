package sys

import "golang.org/x/sys/unix"

// Open is openat(2) from the working directory, read or write only.
func (t *Tracer) Open(path string, flags int) (fd int, err error) {
	fd, err = unix.Open(path, flags|unix.O_CLOEXEC, 0)
	return fd, t.done("openat", fd, err, "AT_FDCWD", quote(path), openFlags(flags|unix.O_CLOEXEC))
}

// Write is write(2) of the whole text, as the files of /proc want it.
func (t *Tracer) Write(fd int, text string) error {
	n, err := unix.Write(fd, []byte(text))
	return t.done("write", n, err, decimal(fd), quote(text), decimal(len(text)))
}

// WriteFile opens an existing file, writes text with one call, and closes it.
// The files of /proc take a value whole or not at all.
func (t *Tracer) WriteFile(path, text string) error {
	fd, err := t.Open(path, unix.O_WRONLY)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	return t.Write(fd, text)
}
