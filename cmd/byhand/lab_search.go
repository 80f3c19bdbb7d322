package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"byhand/lab/registry"
)

// newLabSearch asks Docker Hub, or the registry that the term begins with.
func newLabSearch() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "search [HOST/]TERM", Short: "search Docker Hub, or a registry's catalog", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			found, err := (&registry.Client{}).Search(c.Context(), registry.HubSearch, args[0], limit)
			if err != nil {
				return err
			}
			var rows [][]string
			for _, f := range found {
				official := ""
				if f.Official {
					official = "[OK]"
				}
				rows = append(rows, []string{f.Name, strconv.Itoa(f.Stars), official, f.Description})
			}
			return table(c.OutOrStdout(), []string{"NAME", "STARS", "OFFICIAL", "DESCRIPTION"}, rows)
		},
	}
	c.Flags().IntVar(&limit, "limit", 25, "at most so many")
	return c
}
