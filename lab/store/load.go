package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"byhand/lab/image"
)

// Load brings in the images of an archive that docker save made, or of the tar
// of an OCI image layout. The latter keep their digests.
func (s *Store) Load(ctx context.Context, r io.Reader) ([]*Image, error) {
	done, err := s.Use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	archive, err := image.OpenArchive(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	defer archive.Close()
	found, err := archive.Images()
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	var list []*Image
	for _, a := range found {
		img, err := s.load(ctx, archive, a)
		if err != nil {
			return list, fmt.Errorf("load image %q: %w", a.Names, err)
		}
		list = append(list, img)
	}
	return list, nil
}

// load brings in one image of an archive and lists it under each of its names.
func (s *Store) load(ctx context.Context, archive *image.Archive, a image.Archived) (*Image, error) {
	var d v1.Descriptor
	var err error
	if a.Manifest != nil {
		d, err = s.loadManifest(ctx, archive, a)
	} else {
		d, err = s.loadLayers(ctx, archive, a)
	}
	if err != nil {
		return nil, err
	}
	names := a.Names
	if len(names) == 0 {
		names = []string{""}
	}
	var img *Image
	for _, n := range names {
		full := ""
		if n != "" {
			parsed, err := Parse(n)
			if err != nil {
				return nil, err
			}
			full = Full(parsed)
		}
		if img, err = s.enter(ctx, d, full, v1.Hash{}); err != nil {
			return nil, err
		}
	}
	for _, n := range names[:len(names)-1] {
		img.Names = append(img.Names, Short(n))
	}
	return img, nil
}

// loadManifest brings in the blobs that a manifest lists.
func (s *Store) loadManifest(ctx context.Context, archive *image.Archive, a image.Archived) (v1.Descriptor, error) {
	m, err := ParseManifest(a.Manifest)
	if err != nil {
		return v1.Descriptor{}, fmt.Errorf("manifest: %w", err)
	}
	if err := s.Put(m.Config, strings.NewReader(string(a.Config))); err != nil {
		return v1.Descriptor{}, err
	}
	for i, l := range m.Layers {
		in, err := archive.Open(a.Layers[i])
		if err != nil {
			return v1.Descriptor{}, err
		}
		if err := s.Put(l, cancelled{ctx, in}); err != nil {
			return v1.Descriptor{}, fmt.Errorf("%s: %w", a.Layers[i], err)
		}
	}
	d, err := s.PutBytes(a.Manifest)
	if d.MediaType = m.MediaType; d.MediaType == "" {
		d.MediaType = types.OCIManifestSchema1
	}
	return d, err
}

// loadLayers makes the manifest that an archive of docker save lacks. The
// configuration stays as it is, byte for byte, for it is the image's id.
func (s *Store) loadLayers(ctx context.Context, archive *image.Archive, a image.Archived) (v1.Descriptor, error) {
	config, err := s.PutBytes(a.Config)
	if err != nil {
		return v1.Descriptor{}, err
	}
	config.MediaType = types.OCIConfigJSON
	parsed, err := v1.ParseConfigFile(strings.NewReader(string(a.Config)))
	if err != nil {
		return v1.Descriptor{}, fmt.Errorf("configuration: %w", err)
	}
	if len(parsed.RootFS.DiffIDs) != len(a.Layers) {
		return v1.Descriptor{}, fmt.Errorf("the archive has %d layers, the image's configuration digests of %d", len(a.Layers), len(parsed.RootFS.DiffIDs))
	}
	m := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: config, Layers: []v1.Descriptor{}}
	for i, file := range a.Layers {
		l, err := s.loadLayer(ctx, archive, file)
		if err != nil {
			return v1.Descriptor{}, fmt.Errorf("%s: %w", file, err)
		}
		if l.DiffID != parsed.RootFS.DiffIDs[i] {
			return v1.Descriptor{}, fmt.Errorf("%s: the layer has the digest %s; the image's configuration says %s", file, l.DiffID, parsed.RootFS.DiffIDs[i])
		}
		m.Layers = append(m.Layers, l.Descriptor)
	}
	return s.putJSON(m, m.MediaType)
}

// errLong says that a layer is longer than any may be.
var errLong = errors.New("the layer is too long")

// loadLayer packs one layer of an archive.
func (s *Store) loadLayer(ctx context.Context, archive *image.Archive, file string) (Layer, error) {
	in, err := archive.Open(file)
	if err != nil {
		return Layer{}, err
	}
	plain, err := image.Plain(in)
	if err != nil {
		return Layer{}, err
	}
	defer plain.Close()
	return s.PutLayer(func(w io.Writer) error {
		n, err := io.Copy(w, io.LimitReader(cancelled{ctx, plain}, layerLimit))
		if err == nil && n == layerLimit {
			err = errLong
		}
		return err
	})
}
