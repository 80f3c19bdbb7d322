package sys

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Umount is umount2(2).
func (t *Tracer) Umount(target string, flags int) error {
	return t.done("umount2", 0, unix.Unmount(target, flags), quote(target), flagSet(uint64(flags), []flag{
		{unix.MNT_FORCE, "MNT_FORCE"}, {unix.MNT_DETACH, "MNT_DETACH"},
		{unix.MNT_EXPIRE, "MNT_EXPIRE"}, {unix.UMOUNT_NOFOLLOW, "UMOUNT_NOFOLLOW"},
	}))
}

// MountSetattr is mount_setattr(2) from the working directory (Linux 5.12).
func (t *Tracer) MountSetattr(path string, flags uint, attr unix.MountAttr) error {
	err := unix.MountSetattr(unix.AT_FDCWD, path, flags, &attr)
	change := fmt.Sprintf("{attr_set=%s, attr_clr=%s, propagation=%s, userns_fd=%d}",
		mountAttributes(attr.Attr_set), mountAttributes(attr.Attr_clr), propagation(attr.Propagation), attr.Userns_fd)
	at := flagSet(uint64(flags), []flag{{unix.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"}, {unix.AT_RECURSIVE, "AT_RECURSIVE"}})
	return t.done("mount_setattr", 0, err, "AT_FDCWD", quote(path), at, change, decimal(unix.MOUNT_ATTR_SIZE_VER0))
}

func mountAttributes(attributes uint64) string {
	return flagSet(attributes, []flag{
		{unix.MOUNT_ATTR_RDONLY, "MOUNT_ATTR_RDONLY"}, {unix.MOUNT_ATTR_NOSUID, "MOUNT_ATTR_NOSUID"},
		{unix.MOUNT_ATTR_NODEV, "MOUNT_ATTR_NODEV"}, {unix.MOUNT_ATTR_NOEXEC, "MOUNT_ATTR_NOEXEC"},
		{unix.MOUNT_ATTR_NOSYMFOLLOW, "MOUNT_ATTR_NOSYMFOLLOW"},
	})
}

// propagation writes a type of propagation, which is one of four, or 0 for no
// change; strace says of the latter that it has no name for it.
func propagation(p uint64) string {
	if p == 0 {
		return "0 /* MS_??? */"
	}
	return flagSet(p, []flag{
		{unix.MS_PRIVATE, "MS_PRIVATE"}, {unix.MS_SLAVE, "MS_SLAVE"},
		{unix.MS_SHARED, "MS_SHARED"}, {unix.MS_UNBINDABLE, "MS_UNBINDABLE"},
	})
}

// Openat2 is openat2(2) from the directory dir (Linux 5.6).
func (t *Tracer) Openat2(dir int, path string, how unix.OpenHow) (fd int, err error) {
	how.Flags |= unix.O_CLOEXEC
	fd, err = unix.Openat2(dir, path, &how)
	resolve := flagSet(how.Resolve, []flag{
		{unix.RESOLVE_NO_XDEV, "RESOLVE_NO_XDEV"}, {unix.RESOLVE_NO_MAGICLINKS, "RESOLVE_NO_MAGICLINKS"},
		{unix.RESOLVE_NO_SYMLINKS, "RESOLVE_NO_SYMLINKS"}, {unix.RESOLVE_BENEATH, "RESOLVE_BENEATH"},
		{unix.RESOLVE_IN_ROOT, "RESOLVE_IN_ROOT"},
	})
	rules := fmt.Sprintf("{flags=%s, resolve=%s}", openatFlags(int(how.Flags)), resolve)
	return fd, t.done("openat2", fd, err, decimal(dir), quote(path), rules, decimal(unix.SizeofOpenHow))
}

// CreateAt is openat(2) from the directory dir, of a file that does not exist
// yet. The process's umask(2) takes bits from mode.
func (t *Tracer) CreateAt(dir int, name string, mode uint32) (fd int, err error) {
	const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err = unix.Openat(dir, name, flags, mode)
	return fd, t.done("openat", fd, err, decimal(dir), quote(name), openatFlags(flags), octal(mode))
}

// MkdirAt is mkdirat(2) from the directory dir. The process's umask(2) takes
// bits from mode.
func (t *Tracer) MkdirAt(dir int, name string, mode uint32) error {
	return t.done("mkdirat", 0, unix.Mkdirat(dir, name, mode), decimal(dir), quote(name), octal(mode))
}

func octal(mode uint32) string { return fmt.Sprintf("%#03o", mode) }

// openatFlags writes the flags of openat(2) in strace's order.
func openatFlags(flags int) string {
	mode := [...]string{"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"}[flags&unix.O_ACCMODE]
	rest := flagSet(uint64(flags&^unix.O_ACCMODE), []flag{
		{unix.O_CREAT, "O_CREAT"}, {unix.O_EXCL, "O_EXCL"}, {unix.O_NOFOLLOW, "O_NOFOLLOW"},
		{unix.O_CLOEXEC, "O_CLOEXEC"}, {unix.O_PATH, "O_PATH"}, {unix.O_DIRECTORY, "O_DIRECTORY"},
	})
	if rest == "0" {
		return mode
	}
	return mode + "|" + rest
}
