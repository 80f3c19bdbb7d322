// Package attach puts a person, or a script, before a container: what is typed
// goes in, what it prints comes out, until it ends or the person leaves.
package attach

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"

	"golang.org/x/term"

	"byhand/lab/container"
	"byhand/lab/monitor"
	"byhand/lab/pty"
)

// Session is a connection to a container's monitor, and who is at this end.
type Session struct {
	// Conn is the connection.
	Conn net.Conn
	// Input is copied to the container; nil for nothing.
	Input *os.File
	// Output and Errors get what it prints; nil for nowhere.
	Output, Errors io.Writer
	// TTY says that the container has a terminal.
	TTY bool
	// Keys are those that detach when typed at a terminal.
	Keys []byte

	writing sync.Mutex
}

// ErrLost says that the monitor ended without telling how the container did.
var ErrLost = errors.New("the container's monitor has ended")

// Wait waits for the first word of a monitor that was launched: nil where the
// program runs, or a container.Outcome why not.
func Wait(conn net.Conn) (*container.Outcome, error) {
	kind, content, err := monitor.ReadFrame(conn)
	switch {
	case err != nil:
		return nil, fmt.Errorf("start: %w", errors.Join(ErrLost, err))
	case kind == monitor.Failed:
		var o container.Outcome
		return &o, json.Unmarshal(content, &o)
	case kind != monitor.Started:
		return nil, fmt.Errorf("start: the monitor sent a frame %q first", kind)
	}
	return nil, nil
}

// End is how a Session came to its end.
type End struct {
	// Detached says that the person left, and that the container goes on.
	Detached bool
	// Status is the container's exit status otherwise.
	Status int
}

// Run copies in both directions until the container ends or the keys are typed.
// It leaves the person's terminal as it found it.
func (s *Session) Run() (End, error) {
	restore, err := s.raw()
	if err != nil {
		return End{}, err
	}
	defer restore()
	detached := make(chan struct{})
	if s.Input != nil {
		go s.copyIn(detached)
	}
	end := make(chan End, 1)
	failed := make(chan error, 1)
	go func() {
		e, err := s.copyOut()
		if err != nil {
			failed <- err
			return
		}
		end <- e
	}()
	select {
	case <-detached:
		return End{Detached: true}, nil
	case e := <-end:
		return e, nil
	case err := <-failed:
		return End{}, err
	}
}

// raw makes the person's terminal pass on each key as it is typed, Ctrl-C too,
// if the container has a terminal of its own that will deal with them.
func (s *Session) raw() (restore func(), err error) {
	if !s.TTY || s.Input == nil || !term.IsTerminal(int(s.Input.Fd())) {
		return func() {}, nil
	}
	s.size()
	stop := s.followSize()
	before, err := term.MakeRaw(int(s.Input.Fd()))
	if err != nil {
		stop()
		return nil, fmt.Errorf("make the terminal raw: %w", err)
	}
	return func() { stop(); _ = term.Restore(int(s.Input.Fd()), before) }, nil
}

// copyOut passes on what the container prints, until it ends.
func (s *Session) copyOut() (End, error) {
	for {
		kind, content, err := monitor.ReadFrame(s.Conn)
		if err != nil {
			return End{}, ErrLost
		}
		switch kind {
		case monitor.Stdout:
			err = write(s.Output, content)
		case monitor.Stderr:
			err = write(s.Errors, content)
		case monitor.Failed: // at a restart
			return End{}, fmt.Errorf("the container could not be started again: %s", content)
		case monitor.Exited:
			status, err := strconv.Atoi(string(content))
			return End{Status: status}, err
		}
		if err != nil {
			return End{}, err
		}
	}
}

func write(w io.Writer, content []byte) error {
	if w == nil {
		return nil
	}
	_, err := w.Write(content)
	return err
}

// copyIn passes on what is typed, and looks out for the keys that detach.
func (s *Session) copyIn(detached chan<- struct{}) {
	keys := keys{want: s.Keys}
	if !s.TTY {
		keys.want = nil // a file or a pipe may hold anything
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := s.Input.Read(buf)
		text, left := keys.pass(buf[:n])
		if len(text) > 0 && s.frame(monitor.Input, text) != nil {
			return
		}
		if left {
			_ = s.frame(monitor.Detach, nil)
			close(detached)
			return
		}
		if err != nil {
			_ = s.frame(monitor.InputEnd, nil)
			return
		}
	}
}

// frame sends one; two goroutines do.
func (s *Session) frame(kind monitor.Kind, content []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return monitor.WriteFrame(s.Conn, kind, content)
}

// size tells the container the size of the person's terminal.
func (s *Session) size() {
	size, err := pty.SizeOf(s.Input)
	if err != nil {
		return
	}
	content := binary.BigEndian.AppendUint16(nil, size.Rows)
	_ = s.frame(monitor.Resize, binary.BigEndian.AppendUint16(content, size.Columns))
}
