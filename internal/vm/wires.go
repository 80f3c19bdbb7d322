package vm

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// wires are pairs of connected sockets between QEMU and us. Unlike files and
// named pipes they leave nothing behind, and end when either side does.
type wires struct {
	ours   []net.Conn
	theirs []*os.File
}

func (w *wires) add() error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socketpair: %w", err)
	}
	w.theirs = append(w.theirs, os.NewFile(uintptr(pair[1]), "qemu's end"))
	ours := os.NewFile(uintptr(pair[0]), "our end")
	defer ours.Close() // FileConn makes a copy
	conn, err := net.FileConn(ours)
	if err != nil {
		return fmt.Errorf("use a socket pair: %w", err)
	}
	w.ours = append(w.ours, conn)
	return nil
}

func (w *wires) closeOurs() {
	for _, c := range w.ours {
		_ = c.Close()
	}
}

func (w *wires) closeTheirs() {
	for _, f := range w.theirs {
		_ = f.Close()
	}
}
