package main

import (
	"context"
	"os"

	"byhand/lab/bench"
	"byhand/lab/process"
	"byhand/lab/sandbox"
)

// errNothingStands is what shell ends with where there is nothing to enter.
var errNothingStands = sandbox.ErrNone

// enter runs a shell in a bench's sandbox, and returns its exit status.
func enter(ctx context.Context, b *bench.Bench, in, out, errs *os.File) (int, error) {
	pid, err := sandbox.PID(b)
	if err != nil {
		return 0, err
	}
	c, err := sandbox.Inside(pid, "shell", sandbox.Shell(b).Argv)
	if err != nil {
		return 0, err
	}
	defer c.Files[0].Close()
	c.Stdin, c.Stdout, c.Stderr = in, out, errs
	p, err := process.Start(nil, c)
	if err != nil {
		return 0, err
	}
	if err := p.Follow(ctx, nil); err != nil {
		return 0, err
	}
	return p.Wait()
}
