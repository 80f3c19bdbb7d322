package oci

import (
	"fmt"
	"net"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/lab/mount"
	"byhand/lab/pty"
	"byhand/lab/sys"
)

// console gives the container a terminal of its own devpts, if it is to have
// one, and shows it as /dev/console too.
func (i *first) console() error {
	if i.Spec.Process == nil || !i.Spec.Process.Terminal {
		return nil
	}
	terminal, err := takeTerminal(i.t, i.Spec.Process, i.files[fileConsole])
	if err != nil {
		return err
	}
	f, err := os.OpenFile("/dev/console", os.O_CREATE|os.O_WRONLY|unix.O_NOCTTY, 0o666)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return mount.Bind(i.t, terminal, "/dev/console", false)
}

// takeTerminal opens a new terminal in the root that we are in, makes it our
// session's and our standard files, and sends its other end, with its name, to
// whoever listens at the console socket (runc's docs/terminals.md).
func takeTerminal(t *sys.Tracer, p *specs.Process, socket *os.File) (name string, err error) {
	pair, err := pty.Open("/dev/pts/ptmx")
	if err != nil {
		return "", err
	}
	defer func() { _ = pair.Close() }()
	if s := p.ConsoleSize; s != nil && s.Width > 0 && s.Height > 0 {
		if err := pty.Resize(pair.Slave, pty.Size{Rows: uint16(s.Height), Columns: uint16(s.Width)}); err != nil {
			return "", err
		}
	}
	name, err = os.Readlink(fmt.Sprintf("/proc/self/fd/%d", pair.Slave.Fd()))
	if err != nil {
		return "", err
	}
	rights := unix.UnixRights(int(pair.Master.Fd()))
	if err := unix.Sendmsg(int(socket.Fd()), []byte(name), rights, nil, 0); err != nil {
		return "", fmt.Errorf("send the terminal to the console socket: %w", err)
	}
	_ = socket.Close()
	for fd := range 3 {
		if err := t.Dup3(int(pair.Slave.Fd()), fd); err != nil {
			return "", err
		}
	}
	return name, t.ControllingTerminal(0)
}

// dialConsole connects to the engine that is to have the terminal's other end.
func dialConsole(p *specs.Process, path string) (*os.File, error) {
	switch {
	case p == nil || !p.Terminal:
		if path != "" {
			return nil, fmt.Errorf("--console-socket %s: process.terminal is not set", path)
		}
		return nil, nil
	case path == "":
		return nil, fmt.Errorf("process.terminal is set: say with --console-socket who is to have the terminal")
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("--console-socket: %w", err)
	}
	defer conn.Close()
	return conn.File()
}
