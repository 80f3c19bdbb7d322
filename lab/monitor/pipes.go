package monitor

import (
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"byhand/lab/container"
)

// pipes are what connects a container's input and output with its monitor:
// pipes, or a terminal, which the container makes itself and passes out.
type pipes struct {
	inside   [3]*os.File // the container's ends; nil is /dev/null
	outside  [3]*os.File // ours
	socket   [2]*os.File
	tty      bool
	terminal *os.File
}

func openPipes(c container.Config) (*pipes, error) {
	p := &pipes{tty: c.TTY}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p.socket = [2]*os.File{os.NewFile(uintptr(pair[0]), "socket"), os.NewFile(uintptr(pair[1]), "socket")}
	if c.TTY {
		return p, nil
	}
	var errs [3]error
	if c.OpenStdin {
		p.inside[0], p.outside[0], errs[0] = os.Pipe()
	}
	p.outside[1], p.inside[1], errs[1] = os.Pipe()
	p.outside[2], p.inside[2], errs[2] = os.Pipe()
	if err := errors.Join(errs[:]...); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// closeInside closes the container's ends, which it has copies of: only so is
// there an end to what it prints.
func (p *pipes) closeInside() {
	closeAll(append(p.inside[:], p.socket[1])...)
}

// takeTerminal takes the terminal's master, which the container has sent.
func (p *pipes) takeTerminal() (err error) {
	if p.tty {
		p.terminal, err = container.ReceiveFile(p.socket[0])
	}
	return err
}

func (p *pipes) close() {
	closeAll(append(append(p.inside[:], p.outside[:]...), p.socket[0], p.socket[1], p.terminal)...)
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close() // a second close is an error without an effect
		}
	}
}

// input is where a container's input goes: the files for what clients type, and
// for the size of their terminal; nil where it has none.
func (p *pipes) input(open bool) (in, terminal *os.File) {
	switch {
	case !p.tty:
		return p.outside[0], nil
	case !open:
		return nil, p.terminal
	}
	return p.terminal, p.terminal
}

// pass passes the container's output on to the log and the clients, until it
// ends.
func (m *monitor) pass(p *pipes, done *sync.WaitGroup) {
	if p.tty {
		done.Add(1)
		go copyOut(p.terminal, "stdout", Stdout, m.journal, m.clients, done)
		return
	}
	done.Add(2)
	go copyOut(p.outside[1], "stdout", Stdout, m.journal, m.clients, done)
	go copyOut(p.outside[2], "stderr", Stderr, m.journal, m.clients, done)
}
