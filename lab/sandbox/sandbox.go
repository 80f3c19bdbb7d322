// Package sandbox keeps a process standing inside, so that it can be looked
// at, spoken to and joined.
//
// It is a shell that reads its commands from the named pipe in. The files
// beside it, in the bench's directory: out is what it prints, pid its number.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/bench"
	"byhand/lab/chroot"
	"byhand/lab/process"
)

// Shell is the program that stands inside a bench's root.
func Shell(b *bench.Bench) chroot.Program {
	return chroot.Program{Root: b.Root(), Argv: []string{"/bin/sh"}}
}

// Stand starts a command whose stage executes Shell, and leaves it standing.
func Stand(ctx context.Context, b *bench.Bench, c process.Command) error {
	p, err := stand(ctx, b, c, "")
	if err != nil {
		return err
	}
	// Whoever kills it waits for its end, and to kill(2) a zombie is there still.
	go func() { _, _ = p.Wait() }()
	return nil
}

// stand is Stand, with a prefix for the names of the files beside the process.
func stand(ctx context.Context, b *bench.Bench, c process.Command, prefix string) (*process.Process, error) {
	pipe := b.Path(prefix + "in")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		return nil, fmt.Errorf("mkfifo %s: %w", pipe, err)
	}
	// Open for both, the pipe neither waits for a writer nor ends with one.
	in, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, err := os.OpenFile(b.Path(prefix+"out"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	c.Stdin, c.Stdout, c.Stderr = in, out, out
	c.Env = append(c.Env, b.Env())
	before := c.Born
	c.Born = func(pid int) error {
		if err := b.Record(pid); err != nil {
			return err
		}
		if before != nil {
			if err := before(pid); err != nil {
				return err
			}
		}
		return os.WriteFile(b.Path(prefix+"pid"), []byte(strconv.Itoa(pid)+"\n"), 0o600)
	}
	p, err := process.Start(b.Trace, c)
	if err != nil {
		return nil, err
	}
	if err := p.Follow(ctx, nil); err != nil {
		_ = p.Kill()
		_, _ = p.Wait()
		return nil, err
	}
	return p, nil
}

// End ends the process that stands, and takes away the files beside it, so
// that another can be stood.
func End(ctx context.Context, b *bench.Bench) error {
	pid, err := PID(b)
	if err != nil {
		return err
	}
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return fmt.Errorf("pidfd_open(%d): %w", pid, err)
	}
	defer func() { _ = unix.Close(pidfd) }()
	if err := b.Trace.PidfdKill(pidfd); err != nil {
		return err
	}
	// As the first process of its pid namespace it takes all others with it.
	for {
		if _, err := PID(b); errors.Is(err, ErrNone) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return errors.Join(os.Remove(b.Path("in")), os.Remove(b.Path("out")), os.Remove(b.Path("pid")))
}

// ErrNone says that nothing stands in the bench.
var ErrNone = errors.New("no process stands in the sandbox")

// PID returns the standing process.
func PID(b *bench.Bench) (int, error) {
	if b.Subject != nil {
		return standing(b.Subject.PID)
	}
	return written(b.Path("pid"))
}

// written returns the process whose number a file holds.
func written(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, ErrNone
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	return standing(pid)
}

// standing returns a process that has not ended; pid 0 is none.
func standing(pid int) (int, error) {
	if pid == 0 {
		return 0, ErrNone
	}
	start, err := kernel.StartTime(pid)
	if err != nil || !kernel.Alive(pid, start) {
		return 0, ErrNone
	}
	return pid, nil
}

// Rooted makes of a stage one that first takes the root it was passed.
func Rooted(stage process.Stage) process.Stage {
	return func(c *process.Child, args json.RawMessage) (any, error) {
		if err := c.Trace.Fchdir(int(c.Files[0].Fd())); err != nil {
			return nil, err
		}
		if err := c.Trace.Chroot("."); err != nil {
			return nil, err
		}
		return stage(c, args)
	}
}
