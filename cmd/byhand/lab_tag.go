package main

import "github.com/spf13/cobra"

// newLabTag gives an image another name.
func newLabTag() *cobra.Command {
	return &cobra.Command{
		Use: "tag IMAGE NAME[:TAG]", Short: "give an image another name", Args: usage(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			img, err := s.Find(args[0])
			if err != nil {
				return hinted(err)
			}
			return s.Tag(c.Context(), img, args[1])
		},
	}
}
