package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func newNext() *cobra.Command {
	var f flags
	var all bool
	c := &cobra.Command{
		Use: "next", Short: "run the next lesson", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.fit(c); err != nil {
				return err
			}
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			if all && !f.print && !f.demo {
				return a.runAll(c.Context(), f)
			}
			remaining, err := a.remaining()
			if err != nil || len(remaining) == 0 {
				return err
			}
			return a.run(c.Context(), remaining[0], f)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&all, "all", false, "run every lesson that remains, in order; those that this machine can't run are left out")
	return c
}

// remaining are the lessons that are not done, by their places in the course.
func (a *app) remaining() ([]int, error) {
	state, err := a.load()
	if err != nil {
		return nil, err
	}
	var left []int
	for i, l := range a.course {
		if !state.Done(l.Name) {
			left = append(left, i)
		}
	}
	if len(left) == 0 {
		fmt.Fprintln(os.Stderr, "every lesson is done")
	}
	return left, nil
}

// runAll runs what remains of the course. A lesson that this machine can't run
// does not lock those behind it, which may need less; it is said again at the
// end, and stays to be done.
func (a *app) runAll(ctx context.Context, f flags) error {
	remaining, err := a.remaining()
	if err != nil {
		return err
	}
	var unable []string
	var hints []string
	for _, i := range remaining {
		err := a.teach(ctx, i, f)
		var ended *exit
		if errors.As(err, &ended) && ended.code == exitUnable {
			fmt.Fprintf(os.Stderr, "byhand: left out: %v\n", err)
			unable, hints = append(unable, a.course[i].Name), ended.hints[:1]
			continue
		}
		if err != nil {
			return err
		}
	}
	if len(unable) > 0 {
		return &exit{code: exitUnable, err: fmt.Errorf("lessons left out, which can't run here: %s", strings.Join(unable, ", ")), hints: hints}
	}
	return nil
}
