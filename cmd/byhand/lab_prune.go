package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// newLabImagePrune removes what no name and no container needs.
func newLabImagePrune() *cobra.Command {
	var all, force bool
	c := &cobra.Command{
		Use: "prune", Short: "remove images without a name, and what is left of others", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if !force {
				which := "all dangling images"
				if all {
					which = "all images without at least one container associated to them"
				}
				yes, err := agreed(c, "WARNING! This will remove "+which+".\nAre you sure you want to continue? [y/N] ")
				if err != nil || !yes {
					return err
				}
			}
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			done, err := s.Prune(c.Context(), all)
			if len(done.Images) > 0 {
				fmt.Fprintln(c.OutOrStdout(), "Deleted Images:")
			}
			for _, img := range done.Images {
				for _, name := range img.Names {
					fmt.Fprintln(c.OutOrStdout(), "untagged:", name)
				}
				fmt.Fprintln(c.OutOrStdout(), "deleted:", img.ID)
			}
			if len(done.Images) > 0 {
				fmt.Fprintln(c.OutOrStdout())
			}
			fmt.Fprintln(c.OutOrStdout(), "Total reclaimed space:", humanSize(done.Bytes))
			return err
		},
	}
	c.Flags().BoolVarP(&all, "all", "a", false, "images with a name too, unless a container uses them")
	c.Flags().BoolVarP(&force, "force", "f", false, "ask nothing")
	return c
}
