package main

import (
	"github.com/spf13/cobra"
)

// newLab is the engine's command line: Docker's names, flags and words.
func newLab() *cobra.Command {
	c := &cobra.Command{
		Use: "lab COMMAND", Short: "a container engine, made of what the lessons teach", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(imageCommands()...)
	return c
}
