package monitor

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Kind says what a frame between a monitor and a client holds.
type Kind byte

// What a client sends, and what a monitor sends.
const (
	// Input is for the container's standard input, InputEnd ends it.
	Input    Kind = 'i'
	InputEnd Kind = 'e'
	// Resize has rows and columns of the client's terminal, two bytes each.
	Resize Kind = 'r'
	// Detach says that the client leaves, and that the input goes on.
	Detach Kind = 'd'

	// Stdout and Stderr are what the container prints.
	Stdout Kind = '1'
	Stderr Kind = '2'
	// Started says that the program runs, Failed, why not: a container.Outcome
	// in JSON.
	Started Kind = 's'
	Failed  Kind = 'f'
	// Exited has the exit status as decimal digits. It is the last.
	Exited Kind = 'x'
)

// maxFrame is the longest frame: more is an error of whoever sent it.
const maxFrame = 1 << 20

// WriteFrame writes a frame: its kind, the length of its content, the content.
func WriteFrame(w io.Writer, kind Kind, content []byte) error {
	frame := make([]byte, 5, 5+len(content))
	frame[0] = byte(kind)
	binary.BigEndian.PutUint32(frame[1:], uint32(len(content)))
	_, err := w.Write(append(frame, content...))
	return err
}

// ReadFrame reads one.
func ReadFrame(r io.Reader) (Kind, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes; at most %d", n, maxFrame)
	}
	content := make([]byte, n)
	_, err := io.ReadFull(r, content)
	return Kind(head[0]), content, err
}
