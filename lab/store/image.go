package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Image is an image in the store.
type Image struct {
	// Names are its names as people write them, "alpine:latest".
	Names []string
	// ID is the digest of its configuration, which Docker calls so.
	ID v1.Hash
	// Descriptor points to its manifest.
	Descriptor v1.Descriptor
	// Source is the digest by which a registry knows it, or zero.
	Source v1.Hash
	// Manifest lists its layers, as they are packed.
	Manifest *v1.Manifest
	// Config says what to run in it and as whom.
	Config *v1.ConfigFile
}

// ErrUnknown says that the store has no such image.
var ErrUnknown = errors.New("no such image")

// Images lists the images, each once, in the order in which they came.
func (s *Store) Images() ([]*Image, error) {
	index, err := s.readIndex()
	if err != nil {
		return nil, err
	}
	var list []*Image
	known := map[v1.Hash]*Image{}
	for _, d := range index.Manifests {
		img, ok := known[d.Digest]
		if !ok {
			if img, err = s.image(d); err != nil {
				return nil, err
			}
			known[d.Digest] = img
			list = append(list, img)
		}
		if full := d.Annotations[annotationName]; full != "" {
			img.Names = append(img.Names, Short(full))
		}
		if source, err := v1.NewHash(d.Annotations[annotationSource]); err == nil {
			img.Source = source
		}
	}
	return list, nil
}

// image reads the image whose manifest is d.
func (s *Store) image(d v1.Descriptor) (*Image, error) {
	raw, err := s.ReadBlob(d.Digest)
	if err != nil {
		return nil, err
	}
	manifest, err := ParseManifest(raw)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	raw, err = s.ReadBlob(manifest.Config.Digest)
	if err != nil {
		return nil, err
	}
	config, err := v1.ParseConfigFile(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", manifest.Config.Digest, err)
	}
	if len(config.RootFS.DiffIDs) != len(manifest.Layers) {
		return nil, fmt.Errorf("image %s: it has %d layers, its configuration digests of %d", d.Digest, len(manifest.Layers), len(config.RootFS.DiffIDs))
	}
	return &Image{ID: manifest.Config.Digest, Descriptor: d, Manifest: manifest, Config: config}, nil
}

// ParseManifest reads the manifest of one image.
func ParseManifest(raw []byte) (*v1.Manifest, error) {
	m, err := v1.ParseManifest(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	for _, d := range append([]v1.Descriptor{m.Config}, m.Layers...) {
		if d.Digest.Algorithm != "sha256" || len(d.Digest.Hex) != 64 {
			return nil, fmt.Errorf("digest %q is not a SHA-256 sum", d.Digest)
		}
		if d.Size < 0 {
			return nil, fmt.Errorf("blob %s: a size of %d bytes", d.Digest, d.Size)
		}
	}
	if m.Config.Size > smallLimit {
		return nil, fmt.Errorf("configuration %s: %d bytes; more than %d", m.Config.Digest, m.Config.Size, smallLimit)
	}
	return m, nil
}

// Find returns the image that ref means, as Docker understands it: a whole id,
// a name, a name with a digest, or the beginning of an id.
func (s *Store) Find(ref string) (*Image, error) {
	list, err := s.Images()
	if err != nil {
		return nil, err
	}
	if parsed, err := Parse(ref); err == nil {
		for _, img := range list {
			if img.is(parsed) {
				return img, nil
			}
		}
	} else if !idForm().MatchString(ref) {
		return nil, err
	}
	if !idForm().MatchString(ref) {
		return nil, fmt.Errorf("%w: %s", ErrUnknown, ref)
	}
	var found *Image
	for _, img := range list {
		prefix := strings.TrimPrefix(ref, "sha256:")
		if !strings.HasPrefix(img.ID.Hex, prefix) && !strings.HasPrefix(img.Descriptor.Digest.Hex, prefix) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("image id %s: more than one begins so", ref)
		}
		found = img
	}
	if found == nil {
		return nil, fmt.Errorf("%w: %s", ErrUnknown, ref)
	}
	return found, nil
}

// is tells whether ref names the image.
func (img *Image) is(ref name.Reference) bool {
	full := Full(ref)
	digest, byDigest := ref.(name.Digest)
	for _, n := range img.Names {
		if n == Short(full) {
			return true
		}
		repository, _ := Split(n)
		of, _ := Split(Short(full))
		hex := img.Descriptor.Digest.String()
		if byDigest && repository == of && (digest.DigestStr() == hex || digest.DigestStr() == img.Source.String()) {
			return true
		}
	}
	return false
}

// Tag gives the image another name; who had it before loses it.
func (s *Store) Tag(ctx context.Context, img *Image, ref string) error {
	parsed, err := Parse(ref)
	if err != nil {
		return err
	}
	if _, ok := parsed.(name.Digest); ok {
		return fmt.Errorf("image name %q: a digest is what an image has, not what it is given", ref)
	}
	return s.List(ctx, img.Descriptor, Full(parsed), img.Source)
}

// List enters the manifest d under a full name, or without one if that is
// empty. source is the digest that a registry knows it by, or zero. Its blobs
// must be there, and the caller in Use of the store since before they came.
func (s *Store) List(ctx context.Context, d v1.Descriptor, full string, source v1.Hash) error {
	d.Annotations = nil
	if source != (v1.Hash{}) {
		d.Annotations = map[string]string{annotationSource: source.String()}
	}
	return s.change(ctx, func(index *v1.IndexManifest) error {
		add(index, d, full)
		return nil
	})
}
