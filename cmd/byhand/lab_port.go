package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newLabPort() *cobra.Command {
	return &cobra.Command{
		Use: "port CONTAINER [PRIVATE_PORT[/PROTO]]", Short: "list the published ports", Args: usage(cobra.RangeArgs(1, 2)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			l, err := e.listed(args[0])
			if err != nil || !l.Status.Running() {
				return err
			}
			if len(args) == 1 {
				for _, port := range l.Status.Address.Ports {
					fmt.Fprintln(c.OutOrStdout(), port)
				}
				return nil
			}
			want := args[1]
			if !strings.Contains(want, "/") {
				want += "/tcp"
			}
			found := false
			for _, port := range l.Status.Address.Ports {
				if inside, host, _ := strings.Cut(port, " -> "); inside == want {
					found = true
					fmt.Fprintln(c.OutOrStdout(), host)
				}
			}
			if !found {
				return fmt.Errorf("no public port '%s' published for %s", want, args[0])
			}
			return nil
		},
	}
}
