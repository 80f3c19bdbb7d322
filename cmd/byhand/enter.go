package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"byhand/lab/bench"
	"byhand/lab/process"
	"byhand/lab/sandbox"
)

// errNothingStands is what shell ends with where there is nothing to enter.
var errNothingStands = sandbox.ErrNone

func newShell() *cobra.Command {
	return &cobra.Command{
		Use: "shell", Short: "open a shell inside the sandbox that stands (--keep)", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			dirs, err := bench.Leftovers(a.places.Benches)
			if err != nil {
				return err
			}
			for _, dir := range dirs {
				code, err := enter(c.Context(), &bench.Bench{Dir: dir}, os.Stdin, os.Stdout, os.Stderr)
				if errors.Is(err, errNothingStands) {
					continue
				}
				if err == nil && code != 0 {
					err = fmt.Errorf("the shell ended with status %d", code)
				}
				return err
			}
			return &exit{code: 1, err: errNothingStands, hints: []string{"byhand unshare --keep"}}
		},
	}
}

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
