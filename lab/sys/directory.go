package sys

import "golang.org/x/sys/unix"

// Mkdir is mkdirat(2) from the working directory, with mode 0755.
func (t *Tracer) Mkdir(path string) error {
	return t.done("mkdirat", 0, unix.Mkdirat(unix.AT_FDCWD, path, 0o755), "AT_FDCWD", quote(path), "0755")
}

// Rmdir is unlinkat(2) of a directory, from the working directory.
func (t *Tracer) Rmdir(path string) error {
	return t.done("unlinkat", 0, unix.Unlinkat(unix.AT_FDCWD, path, unix.AT_REMOVEDIR), "AT_FDCWD", quote(path), "AT_REMOVEDIR")
}
