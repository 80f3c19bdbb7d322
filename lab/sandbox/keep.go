package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/chroot"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/sys"
)

// Kept is a container that somebody watches over: its directory has the named
// pipe in, and gets the files out, pid and, when it has ended, status.
type Kept struct {
	// Dir is the directory.
	Dir string
	// Program is what runs in it.
	Program chroot.Program
	// Remove has the directory removed in the end.
	Remove bool
	// Terminal has it run on a terminal: the file out is all that it shows there,
	// and monitor the number of who holds the other end.
	Terminal bool
}

// Keep is a stage, the smallest monitor: it leaves the caller's session, starts
// the container, and stays to learn how it ended. Only a parent can.
func Keep(c *process.Child, k Kept) (struct{}, error) {
	if err := c.Trace.Setsid(); err != nil {
		return struct{}{}, err
	}
	in, out, err := k.open()
	if err != nil {
		return struct{}{}, err
	}
	command := namespace.Isolated(namespace.Six, "namespace", k.Program)
	command.Stdin, command.Stdout, command.Stderr = in, out, out
	command.Born = func(pid int) error { return k.write("pid", pid) }
	p, err := process.Start(c.Trace, command)
	if err != nil {
		return struct{}{}, err
	}
	if err := p.Follow(context.Background(), nil); err != nil {
		return struct{}{}, err
	}
	c.Report(struct{}{}) // who started us need not wait any longer
	status, err := p.Wait()
	if err != nil {
		return struct{}{}, err
	}
	if k.Remove {
		return struct{}{}, os.RemoveAll(k.Dir)
	}
	return struct{}{}, k.write("status", status)
}

// open opens the files in and out.
func (k Kept) open() (in, out *os.File, err error) {
	if in, err = os.OpenFile(filepath.Join(k.Dir, "in"), os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	out, err = os.OpenFile(filepath.Join(k.Dir, "out"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	return in, out, err
}

// write writes a number to a file of the directory, whole or not at all.
func (k Kept) write(name string, number int) error {
	path := filepath.Join(k.Dir, name)
	if err := os.WriteFile(path+".new", []byte(strconv.Itoa(number)+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Detach starts a container under a monitor of its own, for a bench, and comes
// back when it runs.
func Detach(ctx context.Context, b *bench.Bench, k Kept) error {
	pipe := filepath.Join(k.Dir, "in")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		return fmt.Errorf("mkfifo %s: %w", pipe, err)
	}
	stage := "keep"
	if k.Terminal {
		stage = "keep terminal"
	}
	p, err := process.Start(b.Trace, process.Command{Stage: stage, Args: k, Env: []string{b.Env()}, Born: b.Record})
	if err != nil {
		return err
	}
	if err := p.Follow(ctx, nil); err != nil {
		_ = p.Kill()
		_, waited := p.Wait()
		return errors.Join(err, waited)
	}
	// While we live it is our child, and ours to reap; it would outlive us.
	go func() { _, _ = p.Wait() }()
	return nil
}

// Read returns the number in a file of a container's directory.
func (k Kept) Read(name string) (int, error) {
	text, err := os.ReadFile(filepath.Join(k.Dir, name))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// Say writes a command line to the container's shell.
func (k Kept) Say(t *sys.Tracer, line string) error {
	return say(t, filepath.Join(k.Dir, "in"), line)
}
