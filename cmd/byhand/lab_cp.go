package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	units "github.com/docker/go-units"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"byhand/lab/carry"
	"byhand/lab/control"
)

func newLabCp() *cobra.Command {
	var o cpOptions
	c := &cobra.Command{
		Use: "cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-", Short: "copy files between a container and the machine", Args: usage(cobra.ExactArgs(2)),
		Long: `Copy files between a container and the machine, in either direction:

  byhand lab cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-
  byhand lab cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH

A - is a tar archive on standard output or standard input.`,
		RunE: func(c *cobra.Command, args []string) error { return cp(c, o, args[0], args[1]) },
	}
	c.Flags().BoolVarP(&o.archive, "archive", "a", false, "keep the numbers of owners and groups")
	c.Flags().BoolVarP(&o.follow, "follow-link", "L", false, "copy what a link at SRC_PATH leads to")
	c.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "say nothing of what was copied")
	return c
}

// cpOptions are cp's flags.
type cpOptions struct{ archive, follow, quiet bool }

func cp(c *cobra.Command, o cpOptions, from, to string) error {
	source, sourcePath := splitCp(from)
	target, targetPath := splitCp(to)
	switch {
	case source != "" && target != "":
		return errors.New("copying between containers is not supported")
	case source == "" && target == "":
		return errors.New("must specify at least one container source")
	}
	e, err := openEngine(c.Context())
	if err != nil {
		return err
	}
	b, err := e.store.Find(source + target)
	if err != nil {
		return err
	}
	root, err := control.OpenRoot(b)
	if err != nil {
		return err
	}
	defer root.Close()
	ours, err := os.OpenFile("/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer ours.Close()
	inside := carry.End{Root: root}
	outside := carry.End{Root: ours, Ours: true}
	options := carry.Options{Follow: o.follow}
	n, err := int64(0), error(nil)
	switch {
	case target != "" && sourcePath == "-":
		inside.Path = absolute(targetPath)
		n, err = carry.Receive(c.Context(), c.InOrStdin(), inside, options)
	case target != "":
		inside.Path = absolute(targetPath)
		if !o.archive {
			options.Owner = &carry.Owner{}
		}
		if outside.Path, err = here(sourcePath); err == nil {
			n, err = carry.Copy(c.Context(), outside, inside, options)
		}
	case targetPath == "-":
		inside.Path = absolute(sourcePath)
		return inContainer(carry.Send(c.Context(), c.OutOrStdout(), inside, options), source, sourcePath)
	default:
		inside.Path = absolute(sourcePath)
		if !o.archive {
			options.Owner = &carry.Owner{UID: os.Getuid(), GID: os.Getgid()}
		}
		if outside.Path, err = here(targetPath); err == nil {
			n, err = carry.Copy(c.Context(), inside, outside, options)
		}
		err = inContainer(err, source, sourcePath)
	}
	if err != nil || o.quiet {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "Successfully copied %s to %s\n", units.HumanSizeWithPrecision(float64(n), 3), to)
	return nil
}

// splitCp splits CONTAINER:PATH; a path of the machine's has no container, also
// where it has a colon behind a slash or a dot in front.
func splitCp(text string) (container, path string) {
	container, path, found := strings.Cut(text, ":")
	if filepath.IsAbs(text) || !found || strings.HasPrefix(container, ".") {
		return "", text
	}
	return container, path
}

// absolute is a path inside: one that begins nowhere begins at the root.
func absolute(path string) string { return "/" + strings.TrimPrefix(path, "/") }

// here is a path of the machine's, from the working directory. What is said by a
// slash or a dot at the end stays.
func here(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	dir, err := os.Getwd()
	return dir + "/" + path, err
}

// inContainer says in Docker's words that the container has no such file.
func inContainer(err error, container, path string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("could not find the file %s in container %s", path, container)
	}
	return err
}
