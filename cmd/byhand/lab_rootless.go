package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"byhand/lab"
	"byhand/lab/process"
	"byhand/lab/rootless"
)

// rooted has a command run as root: as an ordinary user's, in the user namespace
// of their engine. Those that only look, or send a signal, need no such thing.
func rooted(c *cobra.Command) *cobra.Command { return inside(c, false) }

// grouped is rooted for commands that put processes into cgroups.
func grouped(c *cobra.Command) *cobra.Command { return inside(c, true) }

func inside(c *cobra.Command, groups bool) *cobra.Command {
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if os.Geteuid() == 0 {
			return run(c, args)
		}
		return runInside(c.Context(), os.Args[1:], groups)
	}
	return c
}

// runInside runs a command of byhand's in the user namespace of the engine.
func runInside(ctx context.Context, args []string, groups bool) error {
	a, err := open(ctx)
	if err != nil {
		return err
	}
	dir, err := a.places.MakeLab(a.user)
	if err != nil {
		return err
	}
	if err := dir.Close(); err != nil {
		return err
	}
	lab, err := filepath.EvalSymlinks(a.places.Lab)
	if err != nil {
		return err
	}
	status, err := rootless.Run(ctx, rootless.Job{
		Dir: lab, Args: args, Groups: groups,
		// Root inside is nobody whom sudo has raised, and has no /var/lib/byhand.
		Env: []string{"BYHAND_HOME=" + filepath.Dir(lab), "SUDO_UID=", "SUDO_GID=", "DOAS_USER="},
	})
	switch {
	case err != nil:
		return &exit{code: exitEngine, err: fmt.Errorf("run a container without root: %w", err),
			hints: []string{"byhand doctor", "sudo byhand " + args[0] + " ..."}}
	case status != 0:
		return &exit{code: status}
	}
	return nil
}

// stages are those of the lab, and the one that is a command of byhand's.
func stages() process.Table {
	table := lab.Stages()
	table[rootless.Stage] = process.Typed(func(c *process.Child, o rootless.Order) (int, error) {
		if err := rootless.Child(c, o); err != nil {
			return 0, err
		}
		return command(o.Args), nil
	})
	return table
}
