package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"byhand/lab/state"
)

// newLab is the engine's command line: Docker's names, flags and words.
func newLab() *cobra.Command {
	c := &cobra.Command{
		Use: "lab COMMAND", Short: "a container engine, made of what the lessons teach", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(labCommands()...)
	c.AddCommand(newLabContainer())
	c.AddCommand(imageCommands()...)
	c.AddCommand(newLabOCI())
	c.AddCommand(newLabVolume())
	return c
}

// labCommands are those that are about containers.
func labCommands() []*cobra.Command {
	return []*cobra.Command{
		grouped(newLabRun()),
		rooted(newLabCreate()),
		grouped(newLabStart()),
		newLabStop(),
		grouped(newLabRestart()),
		newLabKill(),
		newLabWait(),
		rooted(newLabRm()),
		newLabRename(),
		newLabPs(),
		newLabInspect(),
		newLabPort(),
		newLabTop(),
		newLabStats(),
		newLabEvents(),
		newLabAttach(),
		grouped(newLabExec()),
		newLabLogs(),
		newLabPause(),
		newLabUnpause(),
		newLabUpdate(),
		rooted(newLabCp()),
		rooted(newLabExport()),
		rooted(newLabDiff()),
		rooted(newLabCommit()),
		newLabInfo(),
	}
}

// exitEngine is what Docker's command ends with where the container is not to
// blame for it.
const exitEngine = 125

// engine is what the commands of lab share.
type engine struct{ store state.Store }

// openEngine finds the containers, and makes the directory for them.
func openEngine(ctx context.Context) (*engine, error) {
	a, err := open(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := a.places.MakeLab(a.user)
	if err != nil {
		return nil, err
	}
	if err := dir.Close(); err != nil {
		return nil, err
	}
	return &engine{store: state.Store{Dir: a.places.Lab}}, nil
}

// each does the same to every container that is named, and prints the name as
// it was given; one that fails does not keep the others from theirs.
func each(do func(context.Context, *engine, state.Box) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		e, err := openEngine(c.Context())
		if err != nil {
			return err
		}
		var errs []error
		for _, key := range args {
			b, err := e.store.Find(key)
			if err == nil {
				err = do(c.Context(), e, b)
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			fmt.Fprintln(c.OutOrStdout(), key)
		}
		return errors.Join(errs...)
	}
}
