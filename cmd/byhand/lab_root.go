package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"byhand/lab/container"
	"byhand/lab/image"
	"byhand/lab/options"
	"byhand/lab/state"
)

// image finds what a container is to be made from: what --rootfs names, or the
// first of the words, and returns the words that are left.
func (e *engine) image(ctx context.Context, o options.Options, args []string) (container.Image, []string, error) {
	if o.Rootfs != "" {
		path, err := filepath.Abs(o.Rootfs)
		if err == nil {
			_, err = os.Stat(path)
		}
		return container.Image{Name: o.Rootfs, Lower: []string{path}}, args, err
	}
	if len(args) == 0 {
		return container.Image{}, nil, fmt.Errorf("\"byhand lab run\" requires at least 1 argument: an image, or --rootfs DIR")
	}
	image, err := e.images.Resolve(ctx, args[0])
	return image, args[1:], err
}

// fill unpacks a root that is an archive into the container's own directory.
func (e *engine) fill(ctx context.Context, b state.Box, c container.Config) error {
	if c.ImageID != "" || len(c.Lower) != 1 {
		return nil
	}
	info, err := os.Stat(c.Lower[0])
	if err != nil || info.IsDir() {
		return err
	}
	archive, err := os.Open(c.Lower[0])
	if err != nil {
		return err
	}
	defer archive.Close()
	root := b.Path("image")
	if err := os.Mkdir(root, 0o755); err != nil {
		return err
	}
	if err := image.Unpack(ctx, archive, root, image.Options{}); err != nil {
		return err
	}
	c.Lower = []string{root}
	return b.SetConfig(c)
}
