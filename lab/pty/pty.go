// Package pty makes pseudoterminals: a pair of descriptors of which one, the
// slave, is a terminal to a program, and the other, the master, is whoever
// sits before it. See pty(7).
package pty

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Pair is a pseudoterminal.
type Pair struct {
	// Master is read for what the program shows, and written to for what was
	// typed. Once nobody has the slave open, a read of it is EIO.
	Master *os.File
	// Slave is the program's terminal. Who started the program closes this
	// copy, or the master never learns that the program has ended.
	Slave *os.File
}

// flags are those of both ends. Without O_NOCTTY a session leader that has no
// terminal would get this one.
const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC

// Open is Make for when nobody watches.
func Open(multiplexer string) (Pair, error) { return Make(nil, multiplexer) }

// Make makes a pair from a multiplexer: /dev/ptmx, or that of another instance
// of devpts, such as a container's; both ends are then of that instance.
func Make(t *sys.Tracer, multiplexer string) (Pair, error) {
	// Not blocking, so that a read of the master can be given a deadline, and
	// ends when it is closed.
	master, err := t.Open(multiplexer, flags|unix.O_NONBLOCK)
	if err != nil {
		return Pair{}, err
	}
	slave, err := peer(t, master)
	if err != nil {
		_ = unix.Close(master)
		return Pair{}, fmt.Errorf("open the terminal of %s: %w", multiplexer, err)
	}
	return Pair{Master: os.NewFile(uintptr(master), multiplexer), Slave: os.NewFile(uintptr(slave), "pty")}, nil
}

// peer opens a master's slave.
func peer(t *sys.Tracer, master int) (int, error) {
	// It is born locked; on Linux this is all that unlockpt(3) does.
	if err := t.UnlockTerminal(master); err != nil {
		return 0, err
	}
	// From the master itself: its name in /dev/pts may be that of another
	// instance's terminal. See ioctl_tty(2).
	return t.TerminalPeer(master, flags)
}

// Close closes both ends.
func (p Pair) Close() error {
	_ = p.Slave.Close() // an error if it was closed before
	return p.Master.Close()
}

// Size is a terminal's.
type Size struct {
	// Rows and Columns are in characters; 0 where unknown.
	Rows, Columns uint16
}

// SizeOf asks a terminal, at either end, for its size.
func SizeOf(terminal *os.File) (Size, error) {
	var size *unix.Winsize
	err := control(terminal, func(fd int) (err error) {
		size, err = unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ)
		return err
	})
	if err != nil {
		return Size{}, fmt.Errorf("ioctl TIOCGWINSZ of %s: %w", terminal.Name(), err)
	}
	return Size{Rows: size.Row, Columns: size.Col}, nil
}

// Resize tells a terminal its size. The kernel sends SIGWINCH to the program in
// the foreground if it is another than before.
func Resize(terminal *os.File, s Size) error {
	err := control(terminal, func(fd int) error {
		return (*sys.Tracer)(nil).WindowSize(fd, s.Rows, s.Columns)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", terminal.Name(), err)
	}
	return nil
}

// control calls f with a file's descriptor and leaves the file as it is; Fd
// would make it block.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	if err := raw.Control(func(fd uintptr) { result = f(int(fd)) }); err != nil {
		return err
	}
	return result
}
