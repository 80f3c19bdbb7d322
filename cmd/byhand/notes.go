package main

import (
	"github.com/spf13/cobra"

	"byhand/internal/ui"
	"byhand/lessons"
)

// newNotes shows what is for the presenter's eyes, in a second terminal.
func newNotes() *cobra.Command {
	return &cobra.Command{
		Use: "notes LESSON", Short: "the presenter's notes on a lesson, for a second terminal", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			if _, err := a.index(args[0]); err != nil {
				return err
			}
			text, err := lessons.Notes(args[0])
			if err != nil {
				return err
			}
			return ui.Text(c.OutOrStdout(), ui.Look(nil, c.OutOrStdout(), nil), text)
		},
		ValidArgsFunction: lessonNames,
	}
}
