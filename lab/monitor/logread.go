package monitor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"byhand/lab/state"
)

// Logs says which lines of a container's log are wanted.
type Logs struct {
	// Since and Until are the first and the last moment; zero is any.
	Since, Until time.Time
	// Tail is how many of the last lines; negative is all.
	Tail int
	// Follow goes on with what is printed later, until the container ends.
	Follow bool
}

// Read calls do with each line, the oldest first.
func (l Logs) Read(ctx context.Context, b state.Box, do func(Line) error) error {
	path := b.Path("log.json")
	current, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was never started
	}
	if err != nil {
		return err
	}
	defer func() { _ = current.Close() }()
	var kept []Line
	keep := func(line Line) error {
		if !l.wants(line) {
			return nil
		}
		kept = append(kept, line)
		if l.Tail >= 0 && len(kept) > l.Tail {
			kept = kept[1:]
		}
		return nil
	}
	for i := logFiles - 1; i > 0; i-- {
		if err := readOld(logFile(path, i), keep); err != nil {
			return err
		}
	}
	tail := bufio.NewReader(current)
	if err := readLines(tail, keep); err != nil {
		return err
	}
	for _, line := range kept {
		if err := do(line); err != nil {
			return err
		}
	}
	if !l.Follow {
		return nil
	}
	return l.follow(ctx, b, current, tail, do)
}

func (l Logs) wants(line Line) bool {
	return !line.Time.Before(l.Since) && (l.Until.IsZero() || !line.Time.After(l.Until))
}

func readOld(path string, do func(Line) error) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return readLines(bufio.NewReader(f), do)
}

// readLines reads whole lines, up to the end as it is now. The beginning of one
// that is being written stays in r.
func readLines(r *bufio.Reader, do func(Line) error) error {
	for {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // a line is written with one call, so none is cut
		}
		if err != nil {
			return err
		}
		var line Line
		if json.Unmarshal(text, &line) != nil {
			continue // cut by a crash
		}
		if err := do(line); err != nil {
			return err
		}
	}
}

// follow reads on until the container has ended and all was read, and changes
// over to the next file when this one was put aside.
func (l Logs) follow(ctx context.Context, b state.Box, f *os.File, r *bufio.Reader, do func(Line) error) error {
	wanted := func(line Line) error {
		if !l.wants(line) {
			return nil
		}
		return do(line)
	}
	for {
		// Asked before reading, so that nothing printed before the end is missed.
		over := !b.Watched() || !l.Until.IsZero() && time.Now().After(l.Until)
		if err := readLines(r, wanted); err != nil || over {
			return err
		}
		ours, err1 := f.Stat()
		named, err2 := os.Stat(b.Path("log.json"))
		if err1 == nil && err2 == nil && !os.SameFile(ours, named) {
			next, err := os.Open(b.Path("log.json"))
			if err != nil {
				return err
			}
			if err := readLines(r, wanted); err != nil {
				return errors.Join(err, next.Close())
			}
			defer next.Close()
			f = next
			r.Reset(next)
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(30 * time.Millisecond):
		}
	}
}
