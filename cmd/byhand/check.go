package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"byhand/internal/judge"
	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/internal/ui"
)

// errNotAll is what check ends with where the kernel does not show all.
var errNotAll = errors.New("not all is there yet")

// newCheck judges what a person made elsewhere. It changes nothing, the
// progress neither, and needs no lesson to be open.
func newCheck() *cobra.Command {
	var asked judge.Asked
	var asJSON bool
	c := &cobra.Command{
		Use: "check LESSON [TAR] [ROOT]", Short: "verify what you made in another terminal",
		Long: `Check judges what you made with your own commands, by what the kernel shows:
the process that it finds, or the one named by --pid, its root and namespaces,
and the cgroup that it is in, whatever their names. For image-export, name the
archive, and the directory that it was made of where that is not $LAB/rootfs.`,
		Args: usage(cobra.RangeArgs(1, 3)),
		RunE: func(c *cobra.Command, args []string) error {
			a, l, err := askedFor(c.Context(), args, &asked)
			if err != nil {
				return err
			}
			found, judged, err := judgeAll(c.Context(), l, asked)
			if err != nil {
				return err
			}
			if err := a.showJudged(c.OutOrStdout(), l, found, judged, asJSON); err != nil {
				return err
			}
			if !judge.Passed(judged) {
				return &exit{code: 1, err: fmt.Errorf("check %s: %w", l.Name, errNotAll), hints: []string{"byhand watch " + l.Name, "byhand " + l.Name + " --print"}}
			}
			return nil
		},
		ValidArgsFunction: completeLessons,
	}
	addAsked(c, &asked, &asJSON)
	return c
}

// addAsked adds the flags that check and watch share.
func addAsked(c *cobra.Command, asked *judge.Asked, asJSON *bool) {
	c.Flags().IntVar(&asked.PID, "pid", 0, "the process to judge; without it, the likeliest of yours")
	c.Flags().BoolVar(asJSON, "json", false, "as a JSON object")
}

// askedFor finds the lesson, and takes the arguments behind it for files.
func askedFor(ctx context.Context, args []string, asked *judge.Asked) (*app, lesson.Lesson, error) {
	a, err := open(ctx)
	if err != nil {
		return nil, lesson.Lesson{}, err
	}
	i, err := a.index(args[0])
	if err != nil {
		return nil, lesson.Lesson{}, err
	}
	for _, name := range args[1:] {
		path, err := filepath.Abs(name)
		if err != nil {
			return nil, lesson.Lesson{}, err
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, lesson.Lesson{}, &exit{code: exitUsage, err: err}
		case info.IsDir():
			asked.Root = path
		default:
			asked.Tar = path
		}
	}
	return a, a.course[i], nil
}

// judgeAll finds what there is and judges it.
func judgeAll(ctx context.Context, l lesson.Lesson, asked judge.Asked) (judge.Found, []judge.Judged, error) {
	found, err := judge.Find(asked)
	if err != nil {
		return found, nil, &exit{code: 1, err: fmt.Errorf("look at process %d: %w", asked.PID, err), hints: []string{"ps -e", "sudo byhand check " + l.Name + ", where it is another user's"}}
	}
	judged, err := judge.Lesson(ctx, found.Bench, l)
	return found, judged, err
}

// showJudged says what was judged, and then each step's checks.
func (a *app) showJudged(w io.Writer, l lesson.Lesson, found judge.Found, judged []judge.Judged, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			Lesson string `json:"lesson"`
			OK     bool   `json:"ok"`
			judge.Found
			Steps []judge.Judged `json:"steps"`
		}{l.Name, judge.Passed(judged), found, judged})
	}
	screen := a.screen(ui.Options{Out: w})
	saySubject(screen, found)
	for _, other := range found.Others {
		screen.Note(fmt.Sprintf("not judged: process %d (%s), %s: --pid %d", other.PID, other.Name, other.Why(), other.PID))
	}
	result := runner.Result{Name: l.Name, OK: judge.Passed(judged), Next: "byhand watch " + l.Name}
	if result.OK {
		result.Next = "byhand list"
	}
	number := 0
	for _, j := range judged {
		h := runner.StepHeader{Title: j.Step, Setup: j.Setup, Total: len(l.Steps)}
		if !j.Setup {
			number++
			h.Number = number
		}
		screen.Step(h)
		if j.Overtaken {
			screen.Note("done, as a later step shows")
			continue
		}
		for _, c := range j.Checks {
			result.Checks++
			if !c.OK {
				result.Refused++
			}
			screen.Check(c)
		}
	}
	screen.Close(result)
	return screen.Err()
}

// saySubject names what is judged, and why.
func saySubject(screen ui.Screen, f judge.Found) {
	if f.Process.PID == 0 {
		screen.Note("no process of yours has another root or other namespaces than byhand; LAB is taken for " + f.Lab)
		return
	}
	screen.Note(fmt.Sprintf("judged: process %d (%s), since %s; LAB is taken for %s", f.Process.PID, f.Process.Name, f.Why, f.Lab))
	if f.Group != "" {
		screen.Note("it is in no cgroup of its own, so judged is " + f.Group + ", the latest with a limit")
	}
}

// completeLessons completes the first argument with a lesson's name, and what
// follows with files.
func completeLessons(c *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return lessonNames(c, args, toComplete)
}
