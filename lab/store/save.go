package store

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Save writes images as one archive that is both an OCI image layout and what
// docker load reads, as docker save does from version 25: the same blobs, with
// a list of each kind that points to them.
func (s *Store) Save(ctx context.Context, w io.Writer, refs ...string) error {
	done, err := s.Use(ctx) // nobody may delete what is being written
	if err != nil {
		return err
	}
	defer done()
	a := &saver{ctx: ctx, s: s, out: tar.NewWriter(w), blobs: map[v1.Hash]bool{},
		index: v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}}
	for _, ref := range refs {
		if err := a.add(ref); err != nil {
			return fmt.Errorf("save image %s: %w", ref, err)
		}
	}
	return errors.Join(a.json("oci-layout", map[string]string{"imageLayoutVersion": "1.0.0"}),
		a.json("index.json", a.index), a.json("manifest.json", a.docker), a.out.Close())
}

// saver is the state of one Save.
type saver struct {
	ctx    context.Context
	s      *Store
	out    *tar.Writer
	blobs  map[v1.Hash]bool // written
	index  v1.IndexManifest
	docker []*dockerImage
}

// dockerImage is an entry of docker save's manifest.json.
type dockerImage struct {
	Config           string
	RepoTags, Layers []string
}

// add writes an image's blobs and lists it.
func (a *saver) add(ref string) error {
	img, err := a.s.Find(ref)
	if err != nil {
		return err
	}
	named := ""
	if parsed, err := Parse(ref); err == nil && img.is(parsed) {
		named = Full(parsed)
	}
	entry := &dockerImage{Config: blobName(img.ID), RepoTags: []string{}, Layers: []string{}}
	if i := slices.IndexFunc(a.docker, func(d *dockerImage) bool { return d.Config == entry.Config }); i >= 0 {
		entry = a.docker[i]
	} else {
		a.docker = append(a.docker, entry)
		for _, l := range img.Manifest.Layers {
			entry.Layers = append(entry.Layers, blobName(l.Digest))
		}
	}
	d := v1.Descriptor{MediaType: img.Descriptor.MediaType, Digest: img.Descriptor.Digest, Size: img.Descriptor.Size}
	if named != "" {
		// Docker's own annotation keeps the name in full, OCI's only the tag;
		// this is read by both.
		d.Annotations = map[string]string{annotationName: named, "io.containerd.image.name": named}
		entry.RepoTags = append(entry.RepoTags, Short(named))
	}
	a.index.Manifests = append(a.index.Manifests, d)
	for _, b := range append([]v1.Descriptor{img.Descriptor, img.Manifest.Config}, img.Manifest.Layers...) {
		if err := a.blob(b.Digest); err != nil {
			return err
		}
	}
	return nil
}

// blobName is where a layout has a blob.
func blobName(h v1.Hash) string { return "blobs/sha256/" + h.Hex }

// blob writes a blob, once.
func (a *saver) blob(h v1.Hash) error {
	if a.blobs[h] {
		return nil
	}
	a.blobs[h] = true
	size, err := a.s.BlobSize(h)
	if err != nil {
		return err
	}
	in, err := a.s.OpenBlob(h)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := a.out.WriteHeader(&tar.Header{Name: blobName(h), Mode: 0o644, Size: size, Format: tar.FormatUSTAR}); err != nil {
		return err
	}
	_, err = io.Copy(a.out, cancelled{a.ctx, in})
	return err
}

// json writes a small file.
func (a *saver) json(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := a.out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(b))}); err != nil {
		return err
	}
	_, err = a.out.Write(b)
	return err
}
