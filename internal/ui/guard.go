package ui

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// showCursor is DECTCEM, the counterpart of the sequence by which a menu
// hides the cursor.
const showCursor = "\x1b[?25h"

// Guard remembers the modes of a terminal, so that they can be put back
// however the program ends.
type Guard struct {
	in    *os.File
	out   io.Writer
	modes *unix.Termios // nil where in is not a terminal
	look  func() Terminal
}

// Remember notes the modes of the terminal in, if it is one, and whether out
// has a cursor to show again; a nil getenv is os.Getenv.
func Remember(in *os.File, out io.Writer, getenv func(string) string) *Guard {
	// What the output is like may be asked for later, by an option.
	g := &Guard{in: in, out: out, look: func() Terminal { return Look(in, out, getenv) }}
	if modes, err := unix.IoctlGetTermios(fd(in), unix.TCGETS); err == nil {
		g.modes = modes
	}
	return g
}

// Restore puts the modes back and shows the cursor. It may be called any
// number of times, from any goroutine.
func (g *Guard) Restore() {
	if g.look().Live {
		_, _ = io.WriteString(g.out, showCursor)
	}
	if g.modes == nil {
		return
	}
	// Setting the modes from the background would stop the process with
	// SIGTTOU, so it is done only where it changes something.
	now, err := unix.IoctlGetTermios(fd(g.in), unix.TCGETS)
	if err == nil && *now != *g.modes {
		_ = unix.IoctlSetTermios(fd(g.in), unix.TCSETS, g.modes)
	}
}
