package sys

import (
	"fmt"

	"golang.org/x/sys/unix"
)

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

// UnlockTerminal is ioctl(2) with TIOCSPTLCK and 0: the slave of this master can
// be opened from now on.
func (t *Tracer) UnlockTerminal(master int) error {
	return t.done("ioctl", 0, unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0), decimal(master), "TIOCSPTLCK", "[0]")
}

// TerminalPeer is ioctl(2) with TIOCGPTPEER: it opens the slave of a master.
func (t *Tracer) TerminalPeer(master, flags int) (slave int, err error) {
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(master), unix.TIOCGPTPEER, uintptr(flags))
	return int(fd), t.Result("ioctl", int(fd), errno, decimal(master), "TIOCGPTPEER", fmt.Sprintf("%#x", flags))
}

// WindowSize is ioctl(2) with TIOCSWINSZ: it tells a terminal, at either end,
// its size in characters.
func (t *Tracer) WindowSize(fd int, rows, columns uint16) error {
	err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
	size := fmt.Sprintf("{ws_row=%d, ws_col=%d, ws_xpixel=0, ws_ypixel=0}", rows, columns)
	return t.done("ioctl", 0, err, decimal(fd), "TIOCSWINSZ", size)
}
