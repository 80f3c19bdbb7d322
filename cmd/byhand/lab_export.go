package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"byhand/lab/control"
	"byhand/lab/image"
)

func newLabExport() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "export [OPTIONS] CONTAINER", Short: "write a container's files as a tar archive", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			b, err := e.store.Find(args[0])
			if err != nil {
				return err
			}
			root, err := control.OpenRoot(b)
			if err != nil {
				return err
			}
			defer root.Close()
			return toFile(c, output, func(w io.Writer) error {
				_, err := image.ExportFD(c.Context(), w, int(root.Fd()), image.ExportOptions{})
				return err
			})
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "write to a file")
	return c
}

func newLabDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff CONTAINER", Short: "list the files that a container changed", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			b, err := e.store.Find(args[0])
			if err != nil {
				return err
			}
			changes, err := control.Diff(b)
			for _, change := range changes {
				fmt.Fprintln(c.OutOrStdout(), change)
			}
			return err
		},
	}
}
