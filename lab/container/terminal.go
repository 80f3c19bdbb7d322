package container

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/mount"
	"byhand/lab/pty"
	"byhand/lab/sys"
)

// terminal makes a session, and if asked for a terminal of the container's own
// devpts as its input and output; who started us gets the other end.
func (b *builder) terminal() error {
	name, err := Session(b.t, b.Config.TTY, b.socket)
	if err != nil || name == "" {
		return err
	}
	return b.console(name)
}

// Session begins a session, with a terminal if it is to have one, whose name
// inside is returned and whose other end goes through the socket.
func Session(t *sys.Tracer, tty bool, socket *os.File) (terminal string, err error) {
	// Job control and Ctrl-C are matters of a session, and this one is ours.
	if err := t.Setsid(); err != nil || !tty {
		return "", err
	}
	pair, err := pty.Open("/dev/pts/ptmx")
	if err != nil {
		return "", err
	}
	defer func() { _ = pair.Close() }() // the other end has a copy
	if err := SendFile(socket, pair.Master); err != nil {
		return "", err
	}
	for fd := range 3 {
		if err := t.Dup3(int(pair.Slave.Fd()), fd); err != nil {
			return "", err
		}
	}
	if err := t.ControllingTerminal(0); err != nil {
		return "", err
	}
	return os.Readlink("/proc/self/fd/0")
}

// console shows the terminal as /dev/console, for programs that write there.
func (b *builder) console(terminal string) error {
	f, err := os.OpenFile("/dev/console", os.O_CREATE|os.O_WRONLY|unix.O_NOCTTY, 0o666)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return mount.Bind(b.t, terminal, "/dev/console", false)
}

// SendFile passes an open file through a Unix socket (unix(7), SCM_RIGHTS).
func SendFile(socket, f *os.File) error {
	if err := unix.Sendmsg(int(socket.Fd()), []byte{0}, unix.UnixRights(int(f.Fd())), nil, 0); err != nil {
		return fmt.Errorf("sendmsg SCM_RIGHTS: %w", err)
	}
	return nil
}

// ReceiveFile takes a file that SendFile sent.
func ReceiveFile(socket *os.File) (*os.File, error) {
	data, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(int(socket.Fd()), data, control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("recvmsg: %w", err)
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) != 1 {
		return nil, fmt.Errorf("receive a file: %d control messages, %w; want one", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, fmt.Errorf("receive a file: %d descriptors, %w; want one", len(fds), err)
	}
	// Not blocking, so that a read ends when the file is closed.
	if err := unix.SetNonblock(fds[0], true); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fds[0]), "received"), nil
}
