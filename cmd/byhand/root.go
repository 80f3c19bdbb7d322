package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"byhand/internal/ui"
	"byhand/lessons"
)

// version is set by the build.
var version = "dev"

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "byhand",
		Short: "Make containers by hand, one system call at a time",
		Long: `byhand teaches what a container is by making one. Each lesson shows the shell
commands, makes the system calls, and reads the kernel back to prove the result.

Without a command it shows the course and what to type next.`,
		Args:          known,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version,
		RunE:          showMap,

		SuggestionsMinimumDistance: 2,
	}
	root.PersistentFlags().BoolFunc("plain", "for a screen reader: one line after another, nothing drawn; as BYHAND_PLAIN=1", func(value string) error {
		plain, err := strconv.ParseBool(value)
		if !plain {
			return err
		}
		// In the environment it holds for every output of this process, and for
		// the byhand that somebody starts in a shell of this one. It is set as soon
		// as the flag is read, so that it holds for help and for wrong usage too.
		return os.Setenv(ui.PlainVariable, "1")
	})
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &exit{code: exitUsage, err: err, hints: []string{c.CommandPath() + " --help"}}
	})
	root.AddGroup(&cobra.Group{ID: "lessons", Title: "Lessons:"})
	for _, l := range lessons.Syllabus() {
		root.AddCommand(newLesson(l.Name, l.Summary))
	}
	root.SetHelpCommand(newHelp())
	root.AddCommand(
		newNext(),
		newList(),
		newQuiz(),
		newReview(),
		newReport(),
		newReset(),
		newUnlock(),
		newCheck(),
		newWatch(),
		newClean(),
		newDoctor(),
		newXray(),
		newNotes(),
		newShell(),
		newLab(),
		newVersion(),
	)
	strictCompletion(root)
	return root
}

// strictCompletion makes cobra's own command refuse a shell that it doesn't know.
func strictCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Short = "print the script that completes byhand's words in a shell"
			c.Args = known
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}

// known refuses what is no command, and names those that are near.
func known(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath())
	var hints []string
	for _, name := range c.SuggestionsFor(args[0]) {
		hints = append(hints, c.CommandPath()+" "+name)
	}
	return &exit{code: exitUsage, err: err, hints: append(hints, c.CommandPath()+" --help")}
}

// usage makes wrong arguments exit with the status for wrong usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return &exit{code: exitUsage, err: err, hints: []string{c.CommandPath() + " --help"}}
		}
		return nil
	}
}

func showMap(c *cobra.Command, _ []string) error {
	a, err := open(c.Context())
	if err != nil {
		return err
	}
	state, err := a.load()
	if err != nil {
		return err
	}
	term := ui.Look(nil, c.OutOrStdout(), nil)
	var rows [][]ui.Cell
	next := ""
	for i, l := range a.course {
		mark := ui.Locked.Of(a.texts.Text("locked"))
		switch {
		case state.Done(l.Name):
			mark = ui.Done.Of(a.texts.Text("done"))
		case a.open(state, i):
			mark = ui.Next.Of(a.texts.Text("next"))
			next = "byhand " + l.Name
		}
		rows = append(rows, []ui.Cell{mark, ui.Plain.Of(l.Name), ui.Plain.Of(a.texts.Text(l.Summary))})
	}
	if err := ui.Columns(c.OutOrStdout(), term, rows); err != nil {
		return err
	}
	if next == "" {
		next = "byhand list"
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "\n%s: %s\n", a.texts.Text("type now"), next)
	return err
}
