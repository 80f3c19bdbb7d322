package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"byhand/lab/attach"
	"byhand/lab/control"
	"byhand/lab/monitor"
	"byhand/lab/options"
	"byhand/lab/state"
)

func newLabKill() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "kill [OPTIONS] CONTAINER [CONTAINER...]", Short: "send a signal to containers", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			signal, err := options.Signal(name)
			if err != nil {
				return err
			}
			return each(func(ctx context.Context, _ *engine, b state.Box) error {
				return control.KillAndWait(ctx, b, signal)
			})(c, args)
		},
	}
	c.Flags().StringVarP(&name, "signal", "s", "KILL", "which")
	return c
}

func newLabStop() *cobra.Command {
	var seconds int
	c := &cobra.Command{
		Use: "stop [OPTIONS] CONTAINER [CONTAINER...]", Short: "ask containers to end, then kill them", Args: usage(cobra.MinimumNArgs(1)),
	}
	c.Flags().IntVarP(&seconds, "time", "t", 10, "seconds until they are killed")
	c.RunE = each(func(ctx context.Context, _ *engine, b state.Box) error {
		return control.Stop(ctx, b, given(c, &seconds))
	})
	return c
}

// given is the value of the flag time where it was given.
func given(c *cobra.Command, seconds *int) *int {
	if c.Flags().Changed("time") {
		return seconds
	}
	return nil
}

func newLabRestart() *cobra.Command {
	var seconds int
	c := &cobra.Command{
		Use: "restart [OPTIONS] CONTAINER [CONTAINER...]", Short: "stop containers and start them again", Args: usage(cobra.MinimumNArgs(1)),
	}
	c.Flags().IntVarP(&seconds, "time", "t", 10, "seconds until they are killed")
	c.RunE = each(func(ctx context.Context, e *engine, b state.Box) error {
		if err := control.Restartable(ctx, b, given(c, &seconds)); err != nil {
			return err
		}
		if err := startBox(ctx, e, b); err != nil {
			return err
		}
		b.Note("restart")
		return nil
	})
	return c
}

func newLabRm() *cobra.Command {
	var force, volumes bool
	c := &cobra.Command{
		Use: "rm [OPTIONS] CONTAINER [CONTAINER...]", Short: "remove containers", Args: usage(cobra.MinimumNArgs(1)),
		RunE: each(func(ctx context.Context, e *engine, b state.Box) error {
			ctx = context.WithoutCancel(ctx)
			config, err := b.Config()
			if err != nil {
				return err
			}
			if err := control.Remove(ctx, b, force); err != nil || !volumes {
				return err
			}
			return e.store.Forget(ctx, config)
		}),
	}
	c.Flags().BoolVarP(&force, "force", "f", false, "kill what runs")
	c.Flags().BoolVarP(&volumes, "volumes", "v", false, "remove its nameless volumes too")
	return c
}

func newLabPause() *cobra.Command {
	return &cobra.Command{
		Use: "pause CONTAINER [CONTAINER...]", Short: "hold every process of containers where it is", Args: usage(cobra.MinimumNArgs(1)),
		RunE: each(func(ctx context.Context, _ *engine, b state.Box) error { return control.Pause(ctx, b) }),
	}
}

func newLabUnpause() *cobra.Command {
	return &cobra.Command{
		Use: "unpause CONTAINER [CONTAINER...]", Short: "let them go on", Args: usage(cobra.MinimumNArgs(1)),
		RunE: each(func(_ context.Context, _ *engine, b state.Box) error { return control.Unpause(b) }),
	}
}

func newLabUpdate() *cobra.Command {
	var l options.Limits
	c := &cobra.Command{
		Use: "update [OPTIONS] CONTAINER [CONTAINER...]", Short: "change the limits of containers", Args: usage(cobra.MinimumNArgs(1)),
		RunE: each(func(_ context.Context, _ *engine, b state.Box) error { return control.Update(b, l) }),
	}
	limitFlags(c.Flags(), &l)
	return c
}

func newLabRename() *cobra.Command {
	return &cobra.Command{
		Use: "rename CONTAINER NEW_NAME", Short: "give a container another name", Args: usage(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			if err := state.CheckName(args[1]); err != nil {
				return err
			}
			b, err := e.store.Find(args[0])
			if err != nil {
				return err
			}
			return b.Rename(args[1])
		},
	}
}

func newLabWait() *cobra.Command {
	return &cobra.Command{
		Use: "wait CONTAINER [CONTAINER...]", Short: "wait for the end of containers, and print their exit statuses", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			for _, key := range args {
				b, err := e.store.Find(key)
				if err != nil {
					return err
				}
				status, err := awaitEnd(c.Context(), b)
				if err != nil {
					return err
				}
				fmt.Fprintln(c.OutOrStdout(), status)
			}
			return nil
		},
	}
}

// awaitEnd waits for a container's exit status. One that removes itself leaves
// nothing to read it from: its monitor tells those that are attached.
func awaitEnd(ctx context.Context, b state.Box) (int, error) {
	config, err := b.Config()
	if err != nil {
		return 0, err
	}
	if status, err := b.Status(); err == nil && status.Running() && config.AutoRemove {
		if conn, err := monitor.Dial(b); err == nil {
			defer conn.Close()
			end, err := (&attach.Session{Conn: conn}).Run()
			return end.Status, err
		}
	}
	status, err := b.AwaitEnd(ctx)
	return status.ExitCode, err
}

// newLabContainer has the commands under the name that Docker gave them later.
func newLabContainer() *cobra.Command {
	c := &cobra.Command{
		Use: "container COMMAND", Short: "manage containers", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(rooted(newLabPrune()))
	c.AddCommand(labCommands()...)
	return c
}

func newLabPrune() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "prune [OPTIONS]", Short: "remove all containers that don't run", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if !force {
				yes, err := agreed(c, "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ")
				if err != nil || !yes {
					return err
				}
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			return e.prune(c)
		},
	}
	c.Flags().BoolVarP(&force, "force", "f", false, "ask nothing")
	return c
}

// prune removes what does not run, and says what it was.
func (e *engine) prune(c *cobra.Command) error {
	list, err := e.store.List()
	if err != nil {
		return err
	}
	title := "Deleted Containers:"
	for _, l := range list {
		starting := l.Status.Word == "created" && l.Box.Watched()
		if l.Status.Running() || l.Status.Word == "restarting" || starting {
			continue
		}
		if err := control.Remove(c.Context(), l.Box, false); err != nil {
			return err
		}
		if title != "" {
			fmt.Fprintln(c.OutOrStdout(), title)
			title = ""
		}
		fmt.Fprintln(c.OutOrStdout(), l.Config.ID)
	}
	return nil
}

// agreed asks a question that only y answers with yes.
func agreed(c *cobra.Command, question string) (bool, error) {
	fmt.Fprint(c.OutOrStdout(), question)
	var answer string
	if _, err := fmt.Fscanln(c.InOrStdin(), &answer); err != nil {
		return false, nil // an empty line, or the end of the input
	}
	return answer == "y" || answer == "Y", nil
}
