package oci

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/lab/container"
	"byhand/lab/process"
)

// Guest is a further program of a container.
type Guest struct {
	// Process says what is executed, and how.
	Process specs.Process
	// Filter is the container's filter of system calls.
	Filter []unix.SockFilter
}

// Enter is a stage: in a container's namespaces, and so in its root, it becomes
// another program of the container's. Its one file is the console socket, if
// the program has a terminal.
func Enter(c *process.Child, g Guest) (container.Outcome, error) {
	runtime.LockOSThread()
	p := &g.Process
	if err := c.Trace.Setsid(); err != nil {
		return container.Outcome{}, err
	}
	if p.Terminal {
		if _, err := takeTerminal(c.Trace, p, c.Files[0]); err != nil {
			return container.Outcome{}, err
		}
	}
	if err := limit(c.Trace, p); err != nil {
		return container.Outcome{}, err
	}
	path, err := findProgram(c.Trace, p, false)
	if err == nil {
		err = execute(c.Trace, p, path, g.Filter)
	}
	return container.Failed(err), nil
}

// ExecOptions are the flags of exec.
type ExecOptions struct {
	// Process is what is executed.
	Process specs.Process
	// ConsoleSocket, PIDFile and the files are as in CreateOptions.
	ConsoleSocket, PIDFile string
	Stdin, Stdout, Stderr  *os.File
}

// Exec starts a further program in the container.
func (c *Container) Exec(ctx context.Context, o ExecOptions) (*process.Process, error) {
	if status := c.Status(); status != specs.StateRunning && status != specs.StateCreated {
		return nil, fmt.Errorf("cannot exec in a container that is %s", status)
	}
	if err := validateProcess(&o.Process); err != nil {
		return nil, err
	}
	filter, err := filterOf(&c.Spec)
	if err != nil {
		return nil, err
	}
	console, err := dialConsole(&o.Process, o.ConsoleSocket)
	if err != nil {
		return nil, err
	}
	command, err := container.Joined(c.PID, container.Guest{})
	if err != nil {
		return nil, err
	}
	command.Stage, command.Args = StageExec, Guest{Process: o.Process, Filter: filter}
	command.Stdin, command.Stdout, command.Stderr = o.Stdin, o.Stdout, o.Stderr
	if console != nil {
		defer console.Close()
		command.Files = []*os.File{console}
	}
	command.Born = func(pid int) error { return c.Group.Join(pid).Perform(nil) }
	p, err := process.Start(nil, command)
	if err != nil {
		return nil, err
	}
	var outcome container.Outcome
	err = p.Follow(ctx, &outcome)
	if err == nil && outcome.Status != 0 {
		err = errors.New(outcome.Reason)
	}
	if err == nil && o.PIDFile != "" {
		err = writePID(o.PIDFile, p.PID)
	}
	if err != nil {
		_ = p.Kill()
		_, _ = p.Wait()
		return nil, err
	}
	return p, nil
}
