// Package workload starts programs whose appetite is to be limited.
package workload

import (
	"context"
	"fmt"
	"os"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/chroot"
	"byhand/lab/process"
)

// AnyCPU lets a Program run where the kernel puts it.
const AnyCPU = -1

// Program is a program that runs in a cgroup.
type Program struct {
	// Group is the cgroup.
	Group *cgroup.Group
	// CPU is the one processor that it may use, from 0, or AnyCPU.
	CPU int
	// Argv is the program, by its path, and its arguments.
	Argv []string
}

// Run is a stage: it goes into a cgroup and becomes the program there.
func Run(c *process.Child, p Program) (struct{}, error) {
	// First into the group: whatever is used from here on counts.
	if err := p.Group.JoinSelf(c.Trace); err != nil {
		return struct{}{}, err
	}
	if p.CPU != AnyCPU {
		if err := c.Trace.SetAffinity(p.CPU); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, c.Trace.Execve(p.Argv[0], p.Argv, chroot.Environment())
}

// Start starts a Program of the machine's own files, for a bench, and leaves it
// running. What it prints goes nowhere.
func Start(ctx context.Context, b *bench.Bench, p Program) error {
	_, err := start(ctx, b, p)
	return err
}

// Wait is Start, and then waits for the end: it returns the exit status, or 128
// and the number of the signal. Where ctx ends first, the program is killed.
func Wait(ctx context.Context, b *bench.Bench, p Program) (status int, err error) {
	started, err := start(ctx, b, p)
	if err != nil {
		return 0, err
	}
	defer context.AfterFunc(ctx, func() { _ = started.Kill() })()
	status, err = started.Wait()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return status, err
}

func start(ctx context.Context, b *bench.Bench, p Program) (*process.Process, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	started, err := process.Start(b.Trace, process.Command{
		Stage: "workload", Args: p, Stdin: null, Stdout: null, Stderr: null,
		Env: []string{b.Env()}, Born: b.Record,
	})
	if err != nil {
		return nil, fmt.Errorf("start %s in cgroup %s: %w", p.Argv[0], p.Group.Name, err)
	}
	if err := started.Follow(ctx, nil); err != nil {
		_ = started.Kill()
		_, _ = started.Wait()
		return nil, fmt.Errorf("start %s in cgroup %s: %w", p.Argv[0], p.Group.Name, err)
	}
	return started, nil
}
