package vm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Order is what a machine shall do.
type Order struct {
	// Cgroup says which stored machine to use.
	Cgroup Cgroup
	// User is who logs in: root, or vagrant, who may sudo without a password;
	// empty is root.
	User string
	// Command is a bash script, run in a login shell in the user's home with
	// nothing to read.
	Command string
	// Files are put into the machine beforehand.
	Files []File
	// Timeout is the longest that all may take; 0 is a minute.
	Timeout time.Duration
}

// File is a file or a tree to put into the machine.
type File struct {
	// Source is its path here.
	Source string
	// Target is its absolute path there. It is root's, with Source's mode.
	Target string
}

// Result is what a command did.
type Result struct {
	// Stdout and Stderr are what it wrote.
	Stdout, Stderr string
	// Status is its exit status, as the shell tells it: 128 and the number of
	// the signal for a command that a signal ended.
	Status int
	// CPU is the time that it took to emulate the machine.
	CPU time.Duration
}

// Run takes up the stored machine, which Warm must have made, runs the command
// in a login session, and ends the machine; nothing that it does lasts. That
// the command failed is no error. On a time-out the error is
// context.DeadlineExceeded, and the result holds what was written until then.
func (i *Image) Run(ctx context.Context, o Order) (Result, error) {
	if o.User == "" {
		o.User = "root"
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	result, err := i.run(ctx, o)
	if errors.Is(err, errPanic) && result.Stdout+result.Stderr == "" {
		i.progress(fmt.Sprintf("begin again, since the command had not begun: %v", err))
		result, err = i.run(ctx, o)
	}
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("after %v: %w", o.Timeout, ctx.Err())
	}
	if err != nil {
		return result, fmt.Errorf("run a command as %s on a machine with cgroup %s: %w", o.User, o.Cgroup, err)
	}
	return result, nil
}

// errPanic says that the machine's kernel has given up. Emulated on a machine that
// is very busy, it was seen to do so just when it was taken up.
var errPanic = errors.New("its kernel panicked")

func (i *Image) run(ctx context.Context, o Order) (Result, error) {
	name, err := i.state(ctx, o.Cgroup)
	if err != nil {
		return Result{}, err
	}
	if _, err := os.Stat(i.path(name + ".state")); err != nil {
		return Result{}, fmt.Errorf("it is not warm: %w", err)
	}
	temp, err := newTemp()
	if err != nil {
		return Result{}, err
	}
	defer temp.remove()
	if err := temp.write(o); err != nil {
		return Result{}, err
	}
	// With snapshot=on, all that is written to the disk goes to a file without
	// a name. Names relative to the image's directory need no quoting.
	args := append(i.drives(o.Cgroup, temp, "file="+name+".qcow2,format=qcow2,snapshot=on"), "-incoming", "exec:cat "+name+".state")
	m, err := start(ctx, i.Dir, temp.dir, args...)
	if err != nil {
		return Result{}, err
	}
	defer m.end()
	if _, err := fmt.Fprintf(m.control, "%d %s\n", time.Now().Unix(), o.User); err != nil {
		return Result{}, fmt.Errorf("give the order: %w\n%s", err, m.log())
	}
	line, err := bufio.NewReader(m.control).ReadString('\n')
	m.end()
	result := Result{Stdout: string(m.stdout.bytes()), Stderr: string(m.stderr.bytes()), CPU: m.cpu}
	if err != nil {
		if bytes.Contains(m.log(), []byte("Kernel panic")) {
			err = errPanic
		}
		return result, fmt.Errorf("the machine ended without an answer: %w\n%s", err, m.log())
	}
	var what string
	if _, err := fmt.Sscan(line, &what, &result.Status); err != nil {
		return result, fmt.Errorf("the machine's answer %q: %w", line, err)
	}
	if what != "status" {
		return result, errors.New("no session came about, or it ended before its command: " + strings.TrimSpace(line+result.Stderr))
	}
	return result, nil
}
