package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"byhand/internal/progress"
)

func newList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Aliases: []string{"status"}, Short: "list the lessons and where you stand", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, args []string) error {
			if !asJSON {
				return showMap(c, args)
			}
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			state, err := a.load()
			if err != nil {
				return err
			}
			type row struct {
				Name    string `json:"lesson"`
				Title   string `json:"title"`
				Summary string `json:"summary"`
				Done    bool   `json:"done"`
				Open    bool   `json:"open"`
			}
			var rows []row
			for i, l := range a.course {
				rows = append(rows, row{l.Name, l.Title, l.Summary, state.Done(l.Name), a.open(state, i)})
			}
			return json.NewEncoder(c.OutOrStdout()).Encode(rows)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as a JSON array")
	return c
}

// newForLessons makes a verb that takes a lesson's name or --all.
func newForLessons(verb, short string, change func(*app, *progress.State, string) error) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: verb + " [LESSON|--all]", Short: short, Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) == 1) == all {
				return &exit{code: exitUsage, err: fmt.Errorf("%s: name one lesson, or --all", verb), hints: []string{"byhand list"}}
			}
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			names := args
			if all {
				for _, l := range a.course {
					names = append(names, l.Name)
				}
			} else if _, err := a.index(args[0]); err != nil {
				return err
			}
			return a.update(func(s *progress.State) error {
				for _, name := range names {
					if err := change(a, s, name); err != nil {
						return err
					}
				}
				return nil
			})
		},
		ValidArgsFunction: lessonNames,
	}
	c.Flags().BoolVar(&all, "all", false, "every lesson")
	return c
}

func newReset() *cobra.Command {
	return newForLessons("reset", "forget that a lesson was done", func(_ *app, s *progress.State, name string) error {
		s.Reset(name)
		return nil
	})
}

// newUnlock opens a lesson by marking those before it as passed by request.
func newUnlock() *cobra.Command {
	return newForLessons("unlock", "open a lesson without doing those before it", func(a *app, s *progress.State, name string) error {
		if noSkip() {
			return &exit{code: exitLocked, err: errors.New("unlock: BYHAND_NO_SKIP is set: a lesson is opened by doing the one before it"), hints: []string{"byhand next"}}
		}
		i, err := a.index(name)
		if err != nil {
			return err
		}
		for _, before := range a.course[:i] {
			if s.Done(before.Name) {
				continue
			}
			if err := s.Unlock(before.Name, time.Now().UTC()); err != nil {
				return err
			}
		}
		return nil
	})
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print byhand's version", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "byhand %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
