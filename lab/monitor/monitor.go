package monitor

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/container"
	"byhand/lab/process"
	"byhand/lab/state"
)

// Network connects a container with others and with the world.
type Network interface {
	// Connect gives the network namespace of the process pid what the
	// container's Config asks for. It is called before the program runs.
	Connect(b state.Box, c container.Config, pid int) (state.Address, error)
	// Disconnect takes back what Connect gave; that it gave nothing is no error.
	Disconnect(b state.Box) error
}

// Order says what a monitor is to do.
type Order struct {
	// Dir is the container's directory.
	Dir string
}

// Stage makes the stage that is a monitor. Its first file is a socket, to
// which it speaks as to a client that attached before all others.
func Stage(n Network) process.Stage {
	return process.Typed(func(c *process.Child, o Order) (struct{}, error) {
		return struct{}{}, run(c, n, state.Open(o.Dir))
	})
}

// monitor is what it knows.
type monitor struct {
	box     state.Box
	config  container.Config
	network Network
	clients *clients
	journal *journal
	record  state.Record
}

func run(c *process.Child, n Network, b state.Box) error {
	// The container ends with the thread that started it, so that must be one
	// which stays.
	runtime.LockOSThread()
	socket := c.Files[0]
	first, err := net.FileConn(socket)
	if err != nil {
		return err
	}
	_ = socket.Close()
	m := &monitor{box: b, network: n}
	m.clients = &clients{input: &input{}}
	release, err := m.prepare()
	if err != nil {
		_ = WriteFrame(first, Failed, failure(err))
		return err
	}
	defer release()
	m.clients.input.once = m.config.StdinOnce
	m.clients.add(first)
	status, err := m.live()
	if err != nil {
		m.clients.send(Failed, failure(err))
	}
	err = errors.Join(err, m.journal.close())
	if m.config.AutoRemove {
		err = errors.Join(err, b.RemoveAll(background()))
	}
	if status >= 0 {
		m.clients.send(Exited, []byte(strconv.Itoa(status)))
	}
	m.clients.close()
	return err
}

// prepare makes this process stand by itself, and takes hold of the container.
func (m *monitor) prepare() (release func(), err error) {
	// A session of its own: no terminal's Ctrl-C or hang-up reaches it.
	if _, err := unix.Setsid(); err != nil {
		return nil, err
	}
	// Caught and left alone. What is ignored would be so in the container as well,
	// where Ctrl-C is to end a program: execve(2) keeps that, but no handlers.
	signal.Notify(make(chan os.Signal, 1), unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGPIPE)
	// A socket's path may have 107 bytes only, so it is named from here.
	if err := unix.Chdir(m.box.Dir); err != nil {
		return nil, err
	}
	lock, err := m.box.Hold()
	if err != nil {
		return nil, err
	}
	if m.config, err = m.box.Config(); err != nil {
		return nil, err
	}
	if m.journal, err = openJournal(m.box.Path("log.json")); err != nil {
		return nil, err
	}
	_ = os.Remove(socketName) // a former monitor's
	l, err := net.Listen("unix", socketName)
	if err != nil {
		return nil, err
	}
	go m.clients.listen(l)
	return func() { _ = l.Close(); _ = lock.Close() }, nil
}

// socketName is where clients connect, in the container's directory.
const socketName = "attach.sock"

// live runs the container, again and again if it is to be restarted, and
// returns the last exit status, or -1 where it could not be started.
func (m *monitor) live() (status int, err error) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Minute) {
		begun := time.Now()
		status, err = m.once()
		if err != nil {
			return -1, err
		}
		if time.Since(begun) > 10*time.Second {
			wait = 100 * time.Millisecond
		}
		if !m.record.Restarting {
			return status, nil
		}
		if !m.rest(wait) {
			m.record.Restarting = false
			return status, m.box.SetRecord(m.record)
		}
		m.record.Restarts++
	}
}

// again reports whether the policy wants the container started again.
func (m *monitor) again(status int) bool {
	if m.stopped() {
		return false
	}
	switch r := m.config.Restart; r.Policy {
	case "always", "unless-stopped":
		return true
	case "on-failure":
		return status != 0 && (r.Most == 0 || m.record.Restarts < r.Most)
	}
	return false
}

// rest waits before a restart, and reports whether it is still wanted.
func (m *monitor) rest(wait time.Duration) bool {
	for end := time.Now().Add(wait); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m.stopped() {
			return false
		}
	}
	return !m.stopped()
}

// stopped reports whether somebody has asked for the container's end.
func (m *monitor) stopped() bool {
	_, err := os.Stat(m.box.Path(state.StopFile))
	return err == nil
}

// background is the context of what a monitor does: nothing interrupts it.
func background() context.Context { return context.Background() }
