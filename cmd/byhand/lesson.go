package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"byhand/internal/doctor"
	"byhand/internal/runner"
	"byhand/internal/ui"
	"byhand/lab"
	"byhand/lab/bench"
	"byhand/lab/rootfs"
	"byhand/lessons"
)

// flags are a lesson's.
type flags struct {
	yes, print, source, json, keep bool
	rootfs                         string
}

func (f *flags) add(c *cobra.Command) {
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "ask nothing: every step in a row")
	c.Flags().BoolVar(&f.print, "print", false, "print the lesson's commands as a bash script and do nothing")
	c.Flags().BoolVar(&f.source, "source", false, "show the Go functions that run")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line; implies --yes")
	c.Flags().BoolVar(&f.keep, "keep", false, "leave the sandbox standing (byhand shell, byhand clean)")
	c.Flags().StringVar(&f.rootfs, "rootfs", "host", "where the root comes from: host, debootstrap[:SUITE], FILE.tar[.gz|.zst] or DIR")
}

func newLesson(name, summary string) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use: name, Short: summary, GroupID: "lessons", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			i, err := a.index(name)
			if err != nil {
				return err
			}
			return a.run(c.Context(), i, f)
		},
	}
	f.add(c)
	return c
}

// run runs the i-th lesson of the course.
func (a *app) run(ctx context.Context, i int, f flags) error {
	l := a.course[i]
	if _, err := rootfs.Parse(f.rootfs); err != nil {
		return &exit{code: exitUsage, err: fmt.Errorf("--rootfs: %w", err)}
	}
	if f.print {
		_, err := fmt.Print(script(l, &bench.Bench{Source: f.rootfs}))
		return err
	}
	state, err := a.load()
	if err != nil {
		return err
	}
	if !a.open(state, i) {
		before := a.course[i-1].Name
		return &exit{code: exitLocked, err: fmt.Errorf("lesson %s is locked: %s opens it", l.Name, before),
			hints: []string{"byhand " + before, "byhand unlock " + l.Name}}
	}
	for _, need := range l.Needs {
		if found := doctor.Examine(ctx, need); !found.OK {
			return &exit{code: exitUnable, err: fmt.Errorf("lesson %s: %s: %s", l.Name, found.What, found.Got), hints: []string{found.Mend}}
		}
	}
	if err := a.begin(l.Name); err != nil {
		return err
	}
	made, err := a.places.MakeBenches(a.user)
	if err != nil {
		return err
	}
	defer made.Close()
	b, err := bench.New(a.places.Benches)
	if err != nil {
		return err
	}
	b.Source = f.rootfs
	o := runner.Options{Number: i + 1, Total: len(a.course), Yes: f.yes || f.json, Source: f.source, Keep: f.keep,
		Code: []runner.Tree{{Top: "lab", Files: lab.Code}, {Top: "lessons", Files: lessons.Code}}}
	if i+1 < len(a.course) {
		o.Next = a.course[i+1].Name
	}
	screen := ui.New(ui.Options{JSON: f.json})
	record, err := runner.Run(ctx, screen, b, l, o)
	if err != nil {
		return err
	}
	return errors.Join(a.earn(l.Name, record), screen.Err())
}

func newNext() *cobra.Command {
	var f flags
	var all bool
	c := &cobra.Command{
		Use: "next", Short: "run the next lesson", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			for {
				state, err := a.load()
				if err != nil {
					return err
				}
				i := 0
				for i < len(a.course) && state.Done(a.course[i].Name) {
					i++
				}
				if i == len(a.course) {
					fmt.Fprintln(os.Stderr, "every lesson is done")
					return nil
				}
				if err := a.run(c.Context(), i, f); err != nil || !all || f.print {
					return err
				}
			}
		},
	}
	f.add(c)
	c.Flags().BoolVar(&all, "all", false, "run every lesson that remains, in order")
	return c
}
