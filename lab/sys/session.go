package sys

import "golang.org/x/sys/unix"

// Setsid is setsid(2).
func (t *Tracer) Setsid() error {
	id, err := unix.Setsid()
	return t.done("setsid", id, err)
}

// ControllingTerminal is ioctl(2) with TIOCSCTTY: the terminal becomes that of
// the caller's session, which Ctrl-C and the like go to.
func (t *Tracer) ControllingTerminal(fd int) error {
	return t.done("ioctl", 0, unix.IoctlSetInt(fd, unix.TIOCSCTTY, 0), decimal(fd), "TIOCSCTTY", "0")
}

// Dup3 is dup3(2) without flags: the copy survives execve(2).
func (t *Tracer) Dup3(from, to int) error {
	return t.done("dup3", to, unix.Dup3(from, to, 0), decimal(from), decimal(to), "0")
}
