package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/spf13/cobra"

	"byhand/internal/ui"
	"byhand/lab/build"
)

// newLabSave writes images as an archive for docker load, podman load, skopeo.
func newLabSave() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "save IMAGE...", Short: "write images as a tar archive", Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			return toFile(c, output, func(w io.Writer) error { return hinted(s.Save(c.Context(), w, args...)) })
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "write to this file")
	return c
}

// toFile calls write with a new file that gets its name when it is whole, or
// with standard output, unless that is a terminal.
func toFile(c *cobra.Command, name string, write func(io.Writer) error) error {
	if name == "" {
		if ui.Look(nil, c.OutOrStdout(), nil).Live {
			return &exit{code: exitUsage, err: errors.New("an archive is nothing for a terminal"), hints: []string{c.CommandPath() + " -o FILE.tar ..."}}
		}
		return write(c.OutOrStdout())
	}
	f, err := os.CreateTemp(dirOf(name), ".byhand-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := errors.Join(f.Chmod(0o644), write(f)); err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Rename(f.Name(), name))
}

func dirOf(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i+1]
	}
	return "."
}

// newLabLoad reads what save, docker save or podman save wrote.
func newLabLoad() *cobra.Command {
	var input string
	c := &cobra.Command{
		Use: "load", Short: "read images from a tar archive", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			in, err := source(c, input)
			if err != nil {
				return err
			}
			defer in.Close()
			list, err := s.Load(c.Context(), in)
			for _, img := range list {
				for _, name := range img.Names {
					fmt.Fprintln(c.OutOrStdout(), "Loaded image:", name)
				}
				if len(img.Names) == 0 {
					fmt.Fprintln(c.OutOrStdout(), "Loaded image ID:", img.ID)
				}
			}
			return err
		},
	}
	c.Flags().StringVarP(&input, "input", "i", "", "read from this file")
	return c
}

// source opens a file, or standard input where the name is empty or "-".
func source(c *cobra.Command, name string) (io.ReadCloser, error) {
	if name != "" && name != "-" {
		return os.Open(name)
	}
	if in, ok := c.InOrStdin().(*os.File); ok {
		return in, nil
	}
	return io.NopCloser(c.InOrStdin()), nil
}

// newLabImport makes an image of a root's archive.
func newLabImport() *cobra.Command {
	var message string
	var changes []string
	c := &cobra.Command{
		Use: "import FILE|- [NAME[:TAG]]", Short: "make an image of a root file system's archive", Args: usage(cobra.RangeArgs(1, 2)),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openImages(c.Context())
			if err != nil {
				return err
			}
			in, err := source(c, args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			name := ""
			if len(args) == 2 {
				name = args[1]
			}
			if message == "" {
				message = "Imported from " + args[0]
			}
			var config v1.ConfigFile
			if err := build.Change(&config, changes); err != nil {
				return err
			}
			img, err := s.Import(c.Context(), in, name, message, &config, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), img.ID)
			return nil
		},
	}
	c.Flags().StringVarP(&message, "message", "m", "", "a remark for the image's history")
	c.Flags().StringArrayVarP(&changes, "change", "c", nil, "an instruction of a Dockerfile's, such as CMD or ENV")
	return c
}
