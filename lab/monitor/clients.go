package monitor

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"

	"byhand/lab/pty"
)

// clients are those that are attached. What the container prints goes to all
// of them, and what any of them types goes to it.
type clients struct {
	mu     sync.Mutex
	list   []net.Conn
	closed bool

	input *input
}

// input is where clients' input goes: nil fields where there is none.
type input struct {
	mu       sync.Mutex
	pipe     *os.File // of a container with -i
	terminal *os.File // the master, of one with -t
	once     bool     // ends with the first client's
}

// add lets a client in and serves it until it leaves.
func (c *clients) add(conn net.Conn) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		_ = conn.Close()
		return
	}
	c.list = append(c.list, conn)
	c.mu.Unlock()
	go c.serve(conn)
}

// serve does what a client asks for.
func (c *clients) serve(conn net.Conn) {
	detached := false
	for {
		kind, content, err := ReadFrame(conn)
		if err != nil {
			break
		}
		switch kind {
		case Input:
			c.input.write(content)
		case InputEnd:
			c.input.end()
		case Resize:
			c.input.resize(content)
		case Detach:
			detached = true
		}
	}
	if !detached {
		c.input.end()
	}
	c.drop(conn)
}

func (c *clients) drop(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.list, conn); i >= 0 {
		c.list = slices.Delete(c.list, i, i+1)
	}
	_ = conn.Close()
}

// send sends a frame to all. Who does not read makes the container wait, as
// with any pipe; who has left is forgotten.
func (c *clients) send(kind Kind, content []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = slices.DeleteFunc(c.list, func(conn net.Conn) bool {
		err := WriteFrame(conn, kind, content)
		if err != nil {
			_ = conn.Close()
		}
		return err != nil
	})
}

// close lets nobody in any more and sends all away.
func (c *clients) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, conn := range c.list {
		_ = conn.Close()
	}
	c.list = nil
}

// listen lets in whoever connects.
func (c *clients) listen(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		c.add(conn)
	}
}

// set gives the input of a container that has just been started.
func (i *input) set(pipe, terminal *os.File) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.pipe, i.terminal = pipe, terminal
}

func (i *input) files() (pipe, terminal *os.File) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.pipe, i.terminal
}

// write waits until the container takes it, so not under the lock.
func (i *input) write(text []byte) {
	pipe, _ := i.files()
	if pipe != nil {
		_, _ = pipe.Write(text) // who does not read does not want it
	}
}

// end ends the container's input, if it was to end with a client's.
func (i *input) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.once && i.pipe != nil && i.pipe != i.terminal {
		_ = i.pipe.Close()
		i.pipe = nil
	}
}

func (i *input) resize(content []byte) {
	_, terminal := i.files()
	if terminal != nil && len(content) == 4 {
		size := pty.Size{Rows: binary.BigEndian.Uint16(content), Columns: binary.BigEndian.Uint16(content[2:])}
		_ = pty.Resize(terminal, size) // it is gone
	}
}

// copyOut reads what the container prints, until there is no more.
func copyOut(from io.Reader, stream string, kind Kind, j *journal, c *clients, done *sync.WaitGroup) {
	defer done.Done()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if j != nil {
				j.write(stream, buf[:n])
			}
			c.send(kind, buf[:n])
		}
		if err != nil { // EOF, or EIO of a terminal that nobody has open
			return
		}
	}
}
