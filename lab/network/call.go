package network

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// Call is a TCP connection to try.
type Call struct {
	// To is the address, and the port, to connect to.
	To string
	// Listen, where set, is where to answer: who connects is told the address
	// that it comes from. Otherwise whoever listens there already does.
	Listen string
}

// callPatience is how long a connection may take: time for a first packet to
// be lost, and said again a second later.
const callPatience = 3 * time.Second

// Try is a stage: it connects from the network namespace of its first file,
// having listened in that of its second where asked to, and returns what it was
// told, or the error's name.
func Try(c *process.Child, call Call) (string, error) {
	if call.Listen != "" {
		err := In(nil, c.Files[1], func() error {
			l, err := net.Listen("tcp4", call.Listen)
			if err == nil {
				go tell(l) // a socket stays in the namespace where it was made
			}
			return err
		})
		if err != nil {
			return errorName(err), nil
		}
	}
	var said string
	err := In(nil, c.Files[0], func() error {
		conn, err := net.DialTimeout("tcp4", call.To, callPatience)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(callPatience)); err != nil {
			return err
		}
		text, err := io.ReadAll(conn)
		said = string(text)
		return err
	})
	if err != nil {
		return errorName(err), nil
	}
	return said, nil
}

// tell tells who connects where from.
func tell(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		fmt.Fprintf(conn, "you are %s", conn.RemoteAddr().(*net.TCPAddr).IP)
		conn.Close()
	}
}

func errorName(err error) string {
	var errno unix.Errno
	switch {
	case errors.As(err, &errno):
		return unix.ErrnoName(errno)
	case errors.Is(err, os.ErrDeadlineExceeded), os.IsTimeout(err):
		return "no answer"
	}
	return err.Error()
}

// Service is a server that says one thing.
type Service struct {
	// Port is where it listens, at every address of its network namespace.
	Port int
	// Text is what it says to whoever connects.
	Text string
}

// Serve is a stage: it is the server, until it is ended.
func Serve(_ *process.Child, s Service) (struct{}, error) {
	l, err := net.Listen("tcp4", fmt.Sprintf(":%d", s.Port))
	if err != nil {
		return struct{}{}, err
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return struct{}{}, err
		}
		fmt.Fprint(conn, s.Text)
		conn.Close()
	}
}
