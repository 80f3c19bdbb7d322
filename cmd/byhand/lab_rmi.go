package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// newLabRmi removes images; one that fails does not keep the others.
func newLabRmi() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "rmi IMAGE...", Short: "remove images", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			var errs []error
			for _, ref := range args {
				done, err := s.Remove(c.Context(), ref, force)
				for _, name := range done.Untagged {
					fmt.Fprintln(c.OutOrStdout(), "Untagged:", name)
				}
				for _, id := range done.Deleted {
					fmt.Fprintln(c.OutOrStdout(), "Deleted:", id)
				}
				errs = append(errs, hinted(err))
			}
			return errors.Join(errs...)
		},
	}
	c.Flags().BoolVarP(&force, "force", "f", false, "with all its names, and though containers use it")
	return c
}
