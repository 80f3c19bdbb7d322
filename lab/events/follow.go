package events

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Span says of which time the events are wanted.
type Span struct {
	// Since is the first moment; where it is zero, now.
	Since time.Time
	// Until is the last; where it is zero, there is none.
	Until time.Time
}

// Follow calls do for each event of a time, in order, and waits for those that
// come, until the context ends or the time does.
func (j Journal) Follow(ctx context.Context, s Span, do func(Event) error) error {
	if s.Since.IsZero() {
		s.Since = time.Now()
	}
	wanted := func(e Event) error {
		if e.When().Before(s.Since) || !s.Until.IsZero() && e.When().After(s.Until) {
			return nil
		}
		return do(e)
	}
	// Watched before it is read, so that nothing written in between is missed.
	changed, stop, err := watch(filepath.Dir(j.Path))
	if err != nil {
		return err
	}
	defer stop()
	if !s.Until.IsZero() {
		var cancel func()
		ctx, cancel = context.WithDeadline(ctx, s.Until)
		defer cancel()
	}
	if err := readAll(j.Path+".1", wanted); err != nil {
		return err
	}
	r := reader{path: j.Path}
	defer r.close()
	for {
		if err := r.read(wanted); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return r.read(wanted) // what came together with the end
		case _, open := <-changed:
			if !open {
				return fmt.Errorf("watch %s: ended", filepath.Dir(j.Path))
			}
		}
	}
}

// watch tells when something in a directory was written (inotify(7)).
func watch(dir string) (changed chan struct{}, stop func(), err error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, nil, fmt.Errorf("inotify_init1: %w", err)
	}
	f := os.NewFile(uintptr(fd), "inotify")
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_MODIFY|unix.IN_CREATE|unix.IN_MOVE); err != nil {
		_ = f.Close()
		return nil, nil, fmt.Errorf("inotify_add_watch %s: %w", dir, err)
	}
	changed = make(chan struct{}, 1)
	go func() {
		defer close(changed)
		events := make([]byte, 64*(unix.SizeofInotifyEvent+unix.NAME_MAX+1))
		for {
			if _, err := f.Read(events); err != nil {
				return // closed
			}
			select {
			case changed <- struct{}{}:
			default: // one says as much as two
			}
		}
	}()
	return changed, func() { _ = f.Close() }, nil
}

// reader reads the file as it grows, and goes over to the next where it was put
// aside.
type reader struct {
	path  string
	file  *os.File
	lines *bufio.Reader
	part  []byte
}

func (r *reader) read(do func(Event) error) error {
	for {
		if r.file == nil {
			f, err := os.Open(r.path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // nothing has happened yet
			}
			if err != nil {
				return err
			}
			r.file, r.lines = f, bufio.NewReader(f)
		}
		// Asked before it is read: what is put aside gets nothing more.
		ours, err1 := r.file.Stat()
		named, err2 := os.Stat(r.path)
		if err := r.readLines(do); err != nil {
			return err
		}
		if err1 != nil || err2 == nil && os.SameFile(ours, named) || errors.Is(err2, fs.ErrNotExist) {
			return nil
		}
		r.close()
	}
}

func (r *reader) readLines(do func(Event) error) error {
	for {
		text, err := r.lines.ReadBytes('\n')
		r.part = append(r.part, text...)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var e Event
		err = json.Unmarshal(r.part, &e)
		r.part = nil
		if err != nil {
			continue // cut by a crash
		}
		if err := do(e); err != nil {
			return err
		}
	}
}

func (r *reader) close() {
	if r.file != nil {
		_ = r.file.Close()
		r.file = nil
	}
}

// readAll reads a file that does not grow any more.
func readAll(path string, do func(Event) error) error {
	r := reader{path: path}
	defer r.close()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	r.file, r.lines = f, bufio.NewReader(f)
	return r.readLines(do)
}
