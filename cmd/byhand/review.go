package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/lesson"
	"byhand/internal/progress"
	"byhand/internal/runner"
)

func newReview() *cobra.Command {
	var f quizFlags
	c := &cobra.Command{
		Use: "review [LESSON]", Short: "ask again what you missed, and what is old", Args: usage(cobra.MaximumNArgs(1)),
		Long: `Asks again what you were asked before and is due, what was missed first. The
schedule is Leitner's card file with five boxes:

` + schedule() + `
A question that you miss goes back to box 1. One that you know when it is due
goes one box up; known before it is due, it stays where it is. Predictions are
made with new numbers and tried out anew.
` + answersHelp + `--json shows the order in which
they are due.`,
		ValidArgsFunction: lessonNames,
		RunE: func(c *cobra.Command, args []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			state, err := a.load()
			if err != nil {
				return err
			}
			f.seeded = c.Flags().Changed("seed")
			from := a.course
			if len(args) == 1 {
				i, err := a.index(args[0])
				if err != nil {
					return err
				}
				from = []lesson.Lesson{a.course[i]}
			}
			due, next := runner.Due(runner.Items(from...), state, time.Now())
			if len(due) > 0 || f.json {
				return a.ask(c.Context(), c, due, f)
			}
			said := "nothing was asked yet: byhand quiz"
			if !next.IsZero() {
				said = "nothing is due before " + next.Local().Format("Monday, 2 January 2006, 15:04")
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), said)
			return err
		},
	}
	f.add(c)
	return c
}

// schedule is the table of the boxes.
func schedule() string {
	var table string
	for i, rest := range progress.Boxes() {
		due := "missed: due at once"
		if days := int(rest.Hours()) / 24; days == 1 {
			due = "due after 1 day"
		} else if days > 1 {
			due = fmt.Sprintf("due after %d days", days)
		}
		table += fmt.Sprintf("  box %d  %s\n", i+1, due)
	}
	return table
}
