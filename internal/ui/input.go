package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ErrNoAnswer means that the input ended where an answer was awaited.
var ErrNoAnswer = errors.New("the input ended before an answer came")

// maxLine is the longest line that is taken for an answer, in bytes.
const maxLine = 4096

// input reads a file and can stop waiting for it, which read(2) cannot.
type input struct {
	file    *os.File
	pending []byte // read and not asked for yet
}

// line returns the next line without its line feed. A last line without one
// counts; after it, or without it, the error is io.EOF.
func (in *input) line(ctx context.Context) (string, error) {
	for {
		if i := bytes.IndexByte(in.pending, '\n'); i >= 0 {
			line := string(in.pending[:i])
			in.pending = in.pending[i+1:]
			return strings.TrimSuffix(line, "\r"), nil
		}
		err := in.more(ctx)
		if len(in.pending) > 0 && (errors.Is(err, io.EOF) || len(in.pending) > maxLine) {
			line := string(in.pending)
			in.pending = nil
			return line, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// more waits for input and adds it to what is pending.
func (in *input) more(ctx context.Context) error {
	for {
		if err := in.wait(ctx); err != nil {
			return err
		}
		// A byte at a time from a pipe, as sh(1) reads its script: what comes
		// after the line may be meant for a child process. A terminal hands
		// out no more than a line, or the keys already pressed.
		buf := make([]byte, 1)
		if isTerminal(in.file) {
			buf = make([]byte, maxLine)
		}
		n, err := unix.Read(fd(in.file), buf)
		switch {
		case err == unix.EINTR || err == unix.EAGAIN:
			continue
		case err != nil:
			return fmt.Errorf("read %s: %w", in.file.Name(), err)
		case n == 0:
			return io.EOF
		}
		in.pending = append(in.pending, buf[:n]...)
		return nil
	}
}

// wait returns when there is input to read or when ctx ends, with its error.
func (in *input) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// poll(2) ignores a negative descriptor and would wait for ever.
	if fd(in.file) < 0 {
		return fmt.Errorf("wait for input: %w", os.ErrClosed)
	}
	// The pipe carries the end of ctx into poll(2).
	ended, end, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("wait for input: %w", err)
	}
	defer ended.Close()
	defer end.Close()
	defer context.AfterFunc(ctx, func() { end.Close() })()
	fds := []unix.PollFd{
		{Fd: int32(fd(in.file)), Events: unix.POLLIN},
		{Fd: int32(fd(ended)), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("poll %s: %w", in.file.Name(), err)
		case fds[1].Revents != 0:
			return ctx.Err()
		case fds[0].Revents&unix.POLLHUP != 0 && isDevice(in.file):
			// A terminal that was closed. SIGHUP is on its way, and says better
			// than the end of the input why this ends.
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
			}
		}
		return nil
	}
}

// isDevice reports whether a file is a terminal, also one that was closed and
// so no longer answers as one.
func isDevice(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
