package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"byhand/lab/bench"
	"byhand/lab/state"
	"byhand/lab/wire"
)

// newClean goes by the names of what stands, not only by what byhand wrote
// down: it must serve after a kill -9 at any moment.
func newClean() *cobra.Command {
	return &cobra.Command{
		Use: "clean", Short: "remove every sandbox left standing, and what a killed engine left", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			dirs, err := bench.Leftovers(a.places.Benches)
			if err != nil {
				return err
			}
			var errs []error
			for _, dir := range dirs {
				b, err := bench.Open(dir)
				if errors.Is(err, bench.ErrHeld) {
					fmt.Fprintf(c.OutOrStdout(), "in use by another byhand: %s\n", dir)
					continue
				}
				if err == nil {
					err = b.Destroy(context.WithoutCancel(c.Context()))
				}
				if err != nil {
					errs = append(errs, err)
					continue
				}
				fmt.Fprintf(c.OutOrStdout(), "removed %s\n", dir)
			}
			return errors.Join(append(errs, a.cleanEngine(c))...)
		},
	}
}

// cleanEngine removes what a killed engine left; for an ordinary user who has one
// as the root that owns its files.
func (a *app) cleanEngine(c *cobra.Command) error {
	stands := func(dir string) bool {
		_, err := os.Stat(filepath.Join(a.places.Lab, dir))
		return err == nil
	}
	if (stands("containers") || stands("images")) && os.Geteuid() != 0 {
		return runInside(c.Context(), []string{"lab", "system", "clean"}, false)
	}
	ctx := context.WithoutCancel(c.Context())
	engine := state.Store{Dir: a.places.Lab}
	note := func(what string) { fmt.Fprintf(c.OutOrStdout(), "removed %s\n", what) }
	err := errors.Join(engine.Clean(ctx, note), wire.Clean(engine, note))
	if stands("images") {
		images, openErr := openImages(ctx)
		if openErr != nil {
			return errors.Join(err, openErr)
		}
		err = errors.Join(err, images.Clean(note))
	}
	return err
}

// newLabSystemClean is the engine's part of clean.
func newLabSystemClean() *cobra.Command {
	return &cobra.Command{
		Use: "clean", Short: "remove what a killed engine left", Args: usage(cobra.NoArgs), Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := open(c.Context())
			if err != nil {
				return err
			}
			return a.cleanEngine(c)
		},
	}
}
