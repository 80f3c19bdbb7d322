package main

import (
	"context"
	"fmt"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"byhand/lab/build"
	"byhand/lab/control"
)

// newLabCommit makes an image of a container.
func newLabCommit() *cobra.Command {
	o := control.Commit{}
	var changes []string
	c := &cobra.Command{
		Use: "commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]", Short: "make an image of what a container has changed", Args: usage(cobra.RangeArgs(1, 2)),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := openEngine(c.Context())
			if err != nil {
				return err
			}
			b, err := e.store.Find(args[0])
			if err != nil {
				return err
			}
			images, err := openImages(c.Context())
			if err != nil {
				return err
			}
			if len(args) == 2 {
				o.Name = args[1]
			}
			o.Now = time.Now()
			o.Change = func(config *v1.ConfigFile) error { return build.Change(config, changes) }
			// Interrupted, it must still let go of a container that it holds.
			img, err := o.Make(context.WithoutCancel(c.Context()), images, b)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), img.ID)
			return err
		},
	}
	c.Flags().StringVarP(&o.Author, "author", "a", "", "who made it")
	c.Flags().StringVarP(&o.Message, "message", "m", "", "a remark for the image's history")
	c.Flags().StringArrayVarP(&changes, "change", "c", nil, "an instruction of a Dockerfile's, such as CMD or ENV")
	c.Flags().BoolVarP(&o.Pause, "pause", "p", true, "hold the container meanwhile")
	return c
}
