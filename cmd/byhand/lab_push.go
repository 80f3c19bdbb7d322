package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"byhand/lab/registry"
)

// newLabPush sends images to the registries that their names say.
func newLabPush() *cobra.Command {
	var quiet bool
	c := &cobra.Command{
		Use: "push NAME[:TAG]...", Short: "send images to a registry", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			for _, ref := range args {
				p := newTransfer(c.ErrOrStderr(), quiet)
				digest, err := (&registry.Client{Store: s, Progress: p.see}).Push(c.Context(), ref)
				p.end()
				if err != nil {
					return hinted(err)
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: digest: %s\n", ref, digest)
			}
			return nil
		},
	}
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "no progress")
	return c
}
