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
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			if all && !force {
				return &exit{code: exitUsage, err: fmt.Errorf("this removes every image that no container uses"), hints: []string{c.CommandPath() + " --all --force"}}
			}
			done, err := s.Prune(c.Context(), all)
			for _, img := range done.Images {
				fmt.Fprintln(c.OutOrStdout(), "Deleted:", img.ID)
			}
			fmt.Fprintln(c.OutOrStdout(), "Total reclaimed space:", humanSize(done.Bytes))
			return err
		},
	}
	c.Flags().BoolVarP(&all, "all", "a", false, "images with a name too, unless a container uses them")
	c.Flags().BoolVarP(&force, "force", "f", false, "without asking")
	return c
}

// newLabSystem holds the commands about the engine as a whole.
func newLabSystem() *cobra.Command {
	c := &cobra.Command{
		Use: "system COMMAND", Short: "the engine as a whole", Args: known,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(&cobra.Command{
		Use: "df", Short: "show the room on disk that images take", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			u, err := s.Usage()
			if err != nil {
				return err
			}
			return table(c.OutOrStdout(), []string{"TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"}, [][]string{
				{"Images", fmt.Sprint(u.Images), fmt.Sprint(u.Used), humanSize(u.Packed + u.Unpacked), humanSize(u.Free - u.Partial)},
				{"Cut downloads", "", "", humanSize(u.Partial), humanSize(u.Partial)},
			})
		},
	})
	return c
}
