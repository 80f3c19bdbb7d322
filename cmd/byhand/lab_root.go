package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"byhand/lab/container"
	"byhand/lab/image"
	"byhand/lab/options"
	"byhand/lab/state"
)

// imageFor is what a container is to be made from: what --rootfs names, or the
// image of the first of the words; it returns the words that are left.
func imageFor(ctx context.Context, o options.Options, from provided, args []string) (container.Image, []string, error) {
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
	found, err := from.unpacked(ctx, args[0])
	return found, args[1:], err
}

// unpacked is an image under the name that it was asked for by, unpacked, and what
// it says of its containers.
func (p provided) unpacked(ctx context.Context, name string) (container.Image, error) {
	lower, err := p.images.Root(ctx, p.image)
	if err != nil {
		return container.Image{}, err
	}
	c := p.image.Config.Config
	return container.Image{Name: name, ID: p.image.ID.String(), Lower: lower, Defaults: container.Defaults{
		Entrypoint: c.Entrypoint, Cmd: c.Cmd, Env: c.Env, WorkingDir: c.WorkingDir, User: c.User, StopSignal: c.StopSignal,
		Exposed: slices.Sorted(maps.Keys(c.ExposedPorts)), Volumes: slices.Sorted(maps.Keys(c.Volumes)), Labels: c.Labels,
	}}, nil
}

// hold keeps a container's image from being deleted while the container is there.
func (e *engine) hold(ctx context.Context, b state.Box, c container.Config) error {
	s, err := openImages(ctx)
	if err != nil {
		return err
	}
	found, err := s.Find(c.ImageID)
	if err != nil {
		return hinted(err)
	}
	return s.Hold(b.ID, found)
}

// fill sees that the root's files stay: it holds the image, or unpacks a root
// that is an archive into the container's own directory.
func (e *engine) fill(ctx context.Context, b state.Box, c container.Config) error {
	if c.ImageID != "" {
		return e.hold(ctx, b, c)
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
