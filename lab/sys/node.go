package sys

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Mknod is mknodat(2) of a character or block device, from the working
// directory. The process's umask(2) takes bits from mode.
func (t *Tracer) Mknod(path string, mode uint32, major, minor uint32) error {
	kind := "S_IFCHR"
	if mode&unix.S_IFMT == unix.S_IFBLK {
		kind = "S_IFBLK"
	}
	err := unix.Mknodat(unix.AT_FDCWD, path, mode, int(unix.Mkdev(major, minor)))
	return t.done("mknodat", 0, err, "AT_FDCWD", quote(path), kind+"|"+octal(mode&^unix.S_IFMT),
		fmt.Sprintf("makedev(%s, %s)", hex(major), hex(minor)))
}

// hex is C's %#x, which writes 0 without a prefix.
func hex(n uint32) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%#x", n)
}

// Symlink is symlinkat(2) from the working directory.
func (t *Tracer) Symlink(target, path string) error {
	return t.done("symlinkat", 0, unix.Symlinkat(target, unix.AT_FDCWD, path), quote(target), "AT_FDCWD", quote(path))
}

// Fchown is fchown(2).
func (t *Tracer) Fchown(fd, uid, gid int) error {
	return t.done("fchown", 0, unix.Fchown(fd, uid, gid), decimal(fd), decimal(uid), decimal(gid))
}
