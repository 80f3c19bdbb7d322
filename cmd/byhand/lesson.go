package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/spf13/cobra"

	"byhand/internal/doctor"
	"byhand/internal/runner"
	"byhand/internal/ui"
	"byhand/lab"
	"byhand/lab/bench"
	"byhand/lessons"
)

// flags are a lesson's.
type flags struct {
	yes, byHand, print, source, json, keep bool
	rootfs                                 string
	seed                                   uint64
	// demo is for a class; pace, in seconds, and cast belong to it.
	demo bool
	pace float64
	cast string
}

func (f *flags) add(c *cobra.Command) {
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "ask nothing: every step in a row")
	c.Flags().BoolVar(&f.byHand, "by-hand", false, "you type the commands, in a shell; byhand watches the kernel and ticks off each check")
	c.Flags().BoolVar(&f.print, "print", false, "print the lesson's commands as a bash script and do nothing")
	c.Flags().BoolVar(&f.source, "source", false, "show the Go functions that run")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line; implies --yes")
	c.Flags().BoolVar(&f.keep, "keep", false, "leave the sandbox standing (byhand shell, byhand clean)")
	c.Flags().Uint64Var(&f.seed, "seed", 1+rand.Uint64N(999_999), "shuffle the quiz as this seed did; 0 does not shuffle")
	c.Flags().Lookup("seed").DefValue = "a new one"
	c.Flags().StringVar(&f.rootfs, "rootfs", "host", "where the root comes from: host, debootstrap[:SUITE], FILE.tar[.gz|.zst], DIR, IMAGE or oci:DIR[:NAME]")
	c.Flags().BoolVar(&f.demo, "demo", false, "before a class: a page a key, forward and back; nothing locked or recorded as done")
	c.Flags().Float64Var(&f.pace, "pace", 0, "with --demo: go on by itself, so many seconds a page")
	c.Flags().StringVar(&f.cast, "cast", "", "with --demo: record it to this file, which asciinema plays")
}

// fit reports flags that do not go together.
func (f *flags) fit(c *cobra.Command) error {
	var wrong error
	switch {
	case !f.demo && (c.Flags().Changed("pace") || f.cast != ""):
		wrong = errors.New("--pace and --cast belong to --demo")
	case f.demo && (f.yes || f.json || f.print):
		wrong = errors.New("--demo goes with none of --yes, --json and --print")
	default:
		return nil
	}
	return &exit{code: exitUsage, err: wrong, hints: []string{c.CommandPath() + " --help"}}
}

func newLesson(name, summary string) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use: name, Short: summary, GroupID: "lessons", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.fit(c); err != nil {
				return err
			}
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

// run runs the i-th lesson of the course, if it is open.
func (a *app) run(ctx context.Context, i int, f flags) error {
	if f.print || f.demo {
		return a.teach(ctx, i, f)
	}
	state, err := a.load()
	if err != nil {
		return err
	}
	if !a.open(state, i) {
		return a.locked(i)
	}
	return a.teach(ctx, i, f)
}

// teach runs the i-th lesson of the course.
func (a *app) teach(ctx context.Context, i int, f flags) error {
	l := a.course[i]
	var err error
	if f.rootfs, err = rootSource(ctx, f.rootfs); err != nil {
		return err
	}
	if f.print {
		_, err := fmt.Print(script(l, &bench.Bench{Source: f.rootfs}))
		return err
	}
	if f.demo {
		return a.demo(ctx, i, f)
	}
	hands, err := a.hands(f)
	if err != nil {
		return err
	}
	if noSkip() && (f.yes || f.json) {
		if err := a.quizFirst(l.Name); err != nil {
			return err
		}
	}
	for _, need := range l.Needs {
		if found := doctor.Examine(ctx, need); !found.OK {
			return &exit{code: exitUnable, err: fmt.Errorf("lesson %s: %s: %s", l.Name, found.What, found.Got), hints: a.goOn(i, found.Mend)}
		}
	}
	if err := a.begin(l.Name); err != nil {
		return err
	}
	b, done, err := a.bench(f.rootfs)
	if err != nil {
		return err
	}
	defer done()
	o := runner.Options{Number: i + 1, Total: len(a.course), Yes: f.yes || f.json, Source: f.source, Keep: f.keep, Seed: f.seed, Code: code()}
	if hands != nil {
		o.Hands = hands
	}
	if i+1 < len(a.course) {
		o.Next = a.course[i+1].Name
	}
	screen := a.screen(ui.Options{JSON: f.json})
	record, err := runner.Run(ctx, screen, b, l, o)
	if err != nil {
		return err
	}
	return errors.Join(a.earn(l.Name, record), screen.Err())
}

// quizFirst refuses a lesson whose quiz was not answered yet.
func (a *app) quizFirst(name string) error {
	state, err := a.load()
	if err != nil {
		return err
	}
	if record, _ := state.Lesson(name); !a.asked(name, record) {
		return &exit{code: exitLocked, err: fmt.Errorf("lesson %s: BYHAND_NO_SKIP is set, and --yes would skip the quiz", name),
			hints: []string{"byhand " + name, "byhand quiz " + name}}
	}
	return nil
}

// goOn says what to do where the i-th lesson can't run: mend it, or leave it out.
func (a *app) goOn(i int, mend string) []string {
	if i+1 == len(a.course) {
		return []string{mend}
	}
	return []string{mend, "byhand unlock " + a.course[i+1].Name}
}

// bench makes a bench; done lets go of the directory that it lies in.
func (a *app) bench(source string) (b *bench.Bench, done func(), err error) {
	made, err := a.places.MakeBenches(a.user)
	if err != nil {
		return nil, nil, err
	}
	b, err = bench.New(a.places.Benches)
	if err != nil {
		made.Close()
		return nil, nil, err
	}
	b.Source = source
	return b, func() { made.Close() }, nil
}

// code is the source that was compiled in.
func code() []runner.Tree {
	return []runner.Tree{{Top: "lab", Files: lab.Code}, {Top: "lessons", Files: lessons.Code}}
}
