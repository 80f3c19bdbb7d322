package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"byhand/lab/attach"
	"byhand/lab/control"
	"byhand/lab/process"
	"byhand/lab/state"
)

func newLabStart() *cobra.Command {
	var attached, input bool
	c := &cobra.Command{
		Use: "start [OPTIONS] CONTAINER [CONTAINER...]", Short: "start containers that are stopped", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if !attached && !input {
				return each(startBox)(c, args)
			}
			if len(args) > 1 {
				return errors.New("you cannot start and attach multiple containers at once")
			}
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			b, err := e.store.Find(args[0])
			if err != nil {
				return err
			}
			config, err := b.Config()
			if err != nil {
				return err
			}
			if err := control.Startable(c.Context(), b); err != nil {
				return err
			}
			conn, err := start(b)
			if err != nil {
				return err
			}
			defer conn.Close()
			keys, err := attach.ParseKeys(attach.DefaultKeys)
			if err != nil {
				return err
			}
			return sit(conn, b, config.TTY, input && config.OpenStdin, keys)
		},
	}
	c.Flags().BoolVarP(&attached, "attach", "a", false, "attach to its output")
	c.Flags().BoolVarP(&input, "interactive", "i", false, "attach to its input")
	return c
}

// startBox starts a container; one that runs is left as it is.
func startBox(ctx context.Context, _ *engine, b state.Box) error {
	status, err := b.Status()
	if err != nil || status.Running() {
		return err
	}
	if err := control.Startable(ctx, b); err != nil {
		return err
	}
	conn, err := start(b)
	if err != nil {
		return fmt.Errorf("failed to start container %.12s: %w", b.ID, err)
	}
	return conn.Close()
}

// forward passes signals that are meant for the container on to it, as if its
// program had been started here.
func forward(b state.Box) (stop func()) {
	came := make(chan os.Signal, 16)
	signal.Notify(came, process.Forwarded()...)
	go func() {
		for s := range came {
			if status, err := b.Status(); err == nil {
				_ = status.Signal(s.(unix.Signal)) // it has just ended
			}
		}
	}()
	return func() { signal.Stop(came) }
}
