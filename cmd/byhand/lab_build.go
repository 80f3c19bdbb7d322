package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"byhand/lab/build"
	"byhand/lab/registry"
	"byhand/lab/store"
)

// buildFlags are what newLabBuild is told.
type buildFlags struct {
	file, target, progress string
	tags, args             []string
	noCache, quiet         bool
}

// newLabBuild makes an image as a Dockerfile says.
func newLabBuild() *cobra.Command {
	var f buildFlags
	c := &cobra.Command{
		Use: "build DIR", Short: "make an image as a Dockerfile says", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			o, err := f.options(c, s, args[0])
			if err != nil {
				return err
			}
			img, err := build.Build(c.Context(), o)
			if err != nil {
				return hinted(err)
			}
			fmt.Fprintln(c.OutOrStdout(), img.ID)
			return nil
		},
	}
	c.Flags().StringVarP(&f.file, "file", "f", "", "the Dockerfile (default DIR/Dockerfile); - reads standard input")
	c.Flags().StringArrayVarP(&f.tags, "tag", "t", nil, "the image's name; may be given several times")
	c.Flags().StringArrayVar(&f.args, "build-arg", nil, "the value of an ARG, as NAME=VALUE; NAME alone takes the environment's")
	c.Flags().StringVar(&f.target, "target", "", "the stage to stop at")
	c.Flags().BoolVar(&f.noCache, "no-cache", false, "make every layer anew")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "only the id")
	c.Flags().StringVar(&f.progress, "progress", "plain", "plain is the only one")
	return c
}

// options reads the Dockerfile and the flags.
func (f buildFlags) options(c *cobra.Command, s *store.Store, dir string) (build.Options, error) {
	o := build.Options{
		Store: s, Context: dir, Name: f.file, Tags: f.tags, Args: map[string]string{}, Target: f.target, NoCache: f.noCache,
		Out: c.ErrOrStderr(), Executor: build.Namespaces{}, Now: time.Now(),
		Pull: func(ctx context.Context, ref string) (*store.Image, error) {
			return (&registry.Client{Store: s}).Pull(ctx, ref, "")
		},
	}
	if f.progress != "plain" && f.progress != "auto" {
		return o, &exit{code: exitUsage, err: fmt.Errorf("--progress=%s: plain is the only one", f.progress), hints: []string{c.CommandPath() + " --help"}}
	}
	if f.quiet {
		o.Out = io.Discard
	}
	// Images that are built twice in a time that is set are equal, see
	// reproducible-builds.org/specs/source-date-epoch.
	if sec, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		o.Now = time.Unix(sec, 0)
	}
	for _, a := range f.args {
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			value, ok = os.LookupEnv(name)
		}
		if ok {
			o.Args[name] = value
		}
	}
	var err error
	switch f.file {
	case "-":
		o.Name = "Dockerfile"
		o.Dockerfile, err = io.ReadAll(io.LimitReader(c.InOrStdin(), 1<<20))
	case "":
		o.Name = filepath.Join(dir, "Dockerfile")
		o.Dockerfile, err = os.ReadFile(o.Name)
	default:
		o.Dockerfile, err = os.ReadFile(f.file)
	}
	if errors.Is(err, os.ErrNotExist) {
		return o, &exit{code: 1, err: err, hints: []string{c.CommandPath() + " -f FILE " + dir}}
	}
	return o, err
}
