package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"

	"byhand/lab/image"
)

// PutLayer keeps the plain tar stream that write writes as a layer, packed by
// gzip. The same stream gives the same layer: gzip's header has no time here.
func (s *Store) PutLayer(write func(io.Writer) error) (Layer, error) {
	f, err := os.CreateTemp(s.path("tmp"), "layer-*")
	if err != nil {
		return Layer{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	packed, plain := newSum(), newSum()
	z := gzip.NewWriter(io.MultiWriter(f, packed))
	if err := write(io.MultiWriter(z, plain)); err != nil {
		return Layer{}, err
	}
	if err := z.Close(); err != nil {
		return Layer{}, fmt.Errorf("write layer: %w", err)
	}
	l := Layer{Descriptor: v1.Descriptor{MediaType: types.OCILayer, Digest: packed.digest(), Size: packed.n}, DiffID: plain.digest()}
	if s.Has(l.Descriptor.Digest) {
		return l, nil
	}
	return l, s.keep(f, "blobs/sha256/"+l.Descriptor.Digest.Hex)
}

// Diff keeps the difference in the upper directory of an overlay as a layer.
func (s *Store) Diff(ctx context.Context, upper string) (Layer, error) {
	return s.PutLayer(func(w io.Writer) error {
		_, err := image.ExportLayer(ctx, w, upper, image.ExportOptions{})
		return err
	})
}

// Create makes an image of layers, the lowest first, and a configuration,
// whose list of layers is set here, and lists it under a name, or without one
// if that is empty. The caller is in Use of the store since the first layer.
func (s *Store) Create(ctx context.Context, config *v1.ConfigFile, layers []Layer, ref string) (*Image, error) {
	full := ""
	if ref != "" {
		parsed, err := Parse(ref)
		if err != nil {
			return nil, err
		}
		full = Full(parsed)
	}
	config = config.DeepCopy()
	config.RootFS = v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{}}
	manifest := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Layers: []v1.Descriptor{}}
	for _, l := range layers {
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, l.DiffID)
		manifest.Layers = append(manifest.Layers, ociLayer(l.Descriptor))
	}
	var err error
	if manifest.Config, err = s.putJSON(config, types.OCIConfigJSON); err != nil {
		return nil, err
	}
	d, err := s.putJSON(manifest, types.OCIManifestSchema1)
	if err != nil {
		return nil, err
	}
	return s.enter(ctx, d, full, v1.Hash{})
}

// enter lists the manifest d and returns its image. Its layers are unpacked
// first: what can't be unpacked is not worth a name.
func (s *Store) enter(ctx context.Context, d v1.Descriptor, full string, source v1.Hash) (*Image, error) {
	img, err := s.image(d)
	if err != nil {
		return nil, err
	}
	if _, err := s.Root(ctx, img); err != nil {
		return nil, err
	}
	if err := s.List(ctx, d, full, source); err != nil {
		return nil, err
	}
	if full != "" {
		img.Names = []string{Short(full)}
	}
	return img, nil
}

// Enter is List for an image that comes from elsewhere: its layers are unpacked
// first, so that one with a lying layer never gets its name.
func (s *Store) Enter(ctx context.Context, d v1.Descriptor, full string, source v1.Hash) (*Image, error) {
	return s.enter(ctx, d, full, source)
}

// ociLayer says of a layer in Docker's words what it is in OCI's, since one
// manifest has only one kind.
func ociLayer(d v1.Descriptor) v1.Descriptor {
	switch d.MediaType {
	case types.DockerLayer:
		d.MediaType = types.OCILayer
	case types.DockerUncompressedLayer:
		d.MediaType = types.OCIUncompressedLayer
	}
	return d
}

// putJSON keeps v as a blob.
func (s *Store) putJSON(v any, kind types.MediaType) (v1.Descriptor, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return v1.Descriptor{}, err
	}
	h, n, err := v1.SHA256(bytes.NewReader(b))
	if err != nil {
		return v1.Descriptor{}, err
	}
	d := v1.Descriptor{MediaType: kind, Digest: h, Size: n}
	return d, s.Put(d, bytes.NewReader(b))
}

// Layers are the image's layers, the lowest first.
func (img *Image) Layers() []Layer {
	var out []Layer
	for i, d := range img.Manifest.Layers {
		out = append(out, Layer{d, img.Config.RootFS.DiffIDs[i]})
	}
	return out
}
