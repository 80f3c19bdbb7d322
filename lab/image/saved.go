package image

import (
	"context"
	"fmt"
	"io"
)

// Image is what UnpackImage unpacked, besides the files.
type Image struct {
	// Names are the image's names in the archive, such as "debian:12".
	Names []string
	// Config is the image's configuration as JSON: what to run in it and as
	// whom. See the OCI image specification, config.md.
	Config []byte
	// Layers is the number of its layers.
	Layers int
}

// UnpackImage unpacks the root of the image called ref, or with an empty ref
// of the only one, out of the archive r into the existing directory dir. The
// archive is one that docker save made, or the tar of an OCI image layout;
// plain or compressed by gzip or zstd. Any other gives ErrNotImage, before
// anything is written; an *os.File may then be given to Unpack, for its offset
// stays where it was unless it is a pipe.
//
// An image is a pile of layers, each the tar of what it adds to those below,
// with whiteouts for what it takes away. Each layer is read twice: first to
// verify the digest that the configuration has of it and to obey its
// whiteouts, then to unpack it like Unpack.
func UnpackImage(ctx context.Context, r io.Reader, dir, ref string, opts Options) (Image, error) {
	img, err := unpackImage(ctx, r, dir, ref, opts)
	if err != nil {
		return img, fmt.Errorf("unpack image into %s: %w", dir, err)
	}
	return img, nil
}

func unpackImage(ctx context.Context, r io.Reader, dir, ref string, opts Options) (Image, error) {
	from, err := openArchive(ctx, r)
	if err != nil {
		return Image{}, err
	}
	s := store{from}
	defer s.close()
	return s.unpack(ctx, dir, ref, opts)
}

// UnpackLayout is UnpackImage for an OCI image layout that is a directory.
func UnpackLayout(ctx context.Context, layout, dir, ref string, opts Options) (Image, error) {
	from, err := openDirectory(layout)
	if err != nil {
		return Image{}, fmt.Errorf("unpack image: %w", err)
	}
	s := store{from}
	defer s.close()
	img, err := s.unpack(ctx, dir, ref, opts)
	if err != nil {
		return img, fmt.Errorf("unpack image %s of %s into %s: %w", ref, layout, dir, err)
	}
	return img, nil
}

// unpack unpacks the root of the image that ref means.
func (s store) unpack(ctx context.Context, dir, ref string, opts Options) (Image, error) {
	list, err := s.images()
	if err != nil {
		return Image{}, err
	}
	chosen, err := pick(list, ref)
	if err != nil {
		return Image{}, err
	}
	config, layers, err := chosen.open()
	if err != nil {
		return Image{}, err
	}
	digests, err := layerDigests(config)
	if err != nil {
		return Image{}, err
	}
	if len(digests) != len(layers) {
		return Image{}, fmt.Errorf("the image has %d layers, its configuration digests of %d", len(layers), len(digests))
	}
	top, err := openRoot(dir)
	if err != nil {
		return Image{}, err
	}
	defer top.close()
	u := newUnpacker(ctx, top, opts)
	u.layered = true
	for i, name := range layers {
		open := func() (io.Reader, error) { return s.open(name) }
		if err := u.layer(open, digests[i], i > 0); err != nil {
			return Image{}, fmt.Errorf("layer %d of %d, %s: %w", i+1, len(layers), name, err)
		}
	}
	// Only now: in a layer above, a directory may get more files.
	if err := u.finishDirs(); err != nil {
		return Image{}, err
	}
	return Image{chosen.names, config, len(layers)}, nil
}
