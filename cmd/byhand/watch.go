package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/judge"
	"byhand/internal/lesson"
	"byhand/internal/ui"
)

const (
	// glance is how often watch looks whether anything has changed.
	glance = 300 * time.Millisecond
	// anyway is after how long it judges again, for what is only seen by
	// measuring, such as a hog that came to be held back.
	anyway = 10 * time.Second
)

func newWatch() *cobra.Command {
	var asked judge.Asked
	var asJSON bool
	c := &cobra.Command{
		Use: "watch LESSON [TAR] [ROOT]", Short: "the same again on every change, for a second terminal",
		Long: `Watch judges as check does, again whenever what the kernel shows has changed,
until all is there. On a terminal it draws over what it showed before; in a pipe
each change is a block, or with --json a line.`,
		Args: usage(cobra.RangeArgs(1, 3)),
		RunE: func(c *cobra.Command, args []string) error {
			a, l, err := askedFor(c.Context(), args, &asked)
			if err != nil {
				return err
			}
			return a.watch(c.Context(), c.OutOrStdout(), l, asked, asJSON)
		},
		ValidArgsFunction: completeLessons,
	}
	addAsked(c, &asked, &asJSON)
	return c
}

// watch shows the judgement whenever it has become another.
func (a *app) watch(ctx context.Context, w io.Writer, l lesson.Lesson, asked judge.Asked, asJSON bool) error {
	live := ui.Look(nil, w, nil).Live && !asJSON
	shown := ""
	for {
		found, judged, err := judgeAll(ctx, l, asked)
		if err != nil {
			return err
		}
		// What was only measured anew is no change.
		if now := verdicts(found, judged); now != shown {
			shown = now
			if err := anew(w, live, asJSON); err != nil {
				return err
			}
			if err := a.showJudged(w, l, found, judged, asJSON); err != nil {
				return err
			}
		}
		if judge.Passed(judged) {
			return nil
		}
		if err := untilChanged(ctx, asked, judge.Fingerprint(found.Bench)); err != nil {
			return err
		}
	}
}

// verdicts is the same for judgements that nobody would call different.
func verdicts(found judge.Found, judged []judge.Judged) string {
	text := fmt.Sprint(found.Process.PID, found.Process.Root, found.Process.Own, found.Group)
	for _, j := range judged {
		text += fmt.Sprint("\n", j.Overtaken)
		for _, c := range j.Checks {
			text += fmt.Sprint("\n", c.Name, c.OK, c.Hint)
		}
	}
	return text
}

// anew begins a judgement: on a terminal in place of the former one, in a pipe
// behind it, with the time.
func anew(w io.Writer, live, asJSON bool) error {
	switch {
	case live:
		return ui.Clear(w)
	case asJSON:
		return nil
	}
	_, err := fmt.Fprintf(w, "\n--- %s\n", time.Now().Format(time.TimeOnly))
	return err
}

// untilChanged waits until there is something else to judge.
func untilChanged(ctx context.Context, asked judge.Asked, before uint64) error {
	for deadline := time.Now().Add(anyway); time.Now().Before(deadline); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(glance):
		}
		found, err := judge.Find(asked)
		if err != nil || judge.Fingerprint(found.Bench) != before {
			return nil // the next judgement says so
		}
	}
	return nil
}
