package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sys/unix"
)

// The annotations of a manifest in index.json.
const (
	annotationName = "org.opencontainers.image.ref.name"
	// annotationSource keeps the digest by which a registry knows the image,
	// that of an index where the image is made for several machines.
	annotationSource = "byhand.source.digest"
)

// readIndex reads the list of manifests. Without the file there is none.
func (s *Store) readIndex() (*v1.IndexManifest, error) {
	index := &v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{}}
	b, err := os.ReadFile(s.path("index.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return index, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of images: %w", err)
	}
	if err := json.Unmarshal(b, index); err != nil {
		return nil, fmt.Errorf("read the list of images %s: %w", s.path("index.json"), err)
	}
	return index, nil
}

// change reads the list of manifests, lets f change it, and writes it back.
func (s *Store) change(ctx context.Context, f func(*v1.IndexManifest) error) error {
	// Else whoever sweeps could take the new list, not yet renamed, for waste.
	done, err := s.Use(ctx)
	if err != nil {
		return err
	}
	defer done()
	s.index.Lock()
	defer s.index.Unlock()
	unlock, err := s.lock(ctx, lockIndex, unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	index, err := s.readIndex()
	if err != nil {
		return err
	}
	if err := f(index); err != nil {
		return err
	}
	b, err := json.Marshal(index)
	if err != nil {
		return err
	}
	return s.write("index.json", b)
}

// add gives d the full name, or where that is empty lists it without a name.
// Who had the name before stays, without one, as with Docker.
func add(index *v1.IndexManifest, d v1.Descriptor, full string) {
	remove(index, full)
	kept := index.Manifests[:0]
	for _, m := range index.Manifests {
		nameless := m.Annotations[annotationName] == ""
		if m.Digest != d.Digest || !nameless { // one that has a name needs no entry without
			kept = append(kept, m)
		}
	}
	index.Manifests = kept
	if full == "" {
		for _, m := range index.Manifests {
			if m.Digest == d.Digest {
				return
			}
		}
	}
	d.Annotations = maps.Clone(d.Annotations)
	if full != "" {
		if d.Annotations == nil {
			d.Annotations = map[string]string{}
		}
		d.Annotations[annotationName] = full
	}
	index.Manifests = append(index.Manifests, d)
}

// remove takes a name away. An image that has no other stays without one.
func remove(index *v1.IndexManifest, full string) {
	for i, m := range index.Manifests {
		if full == "" || m.Annotations[annotationName] != full {
			continue
		}
		index.Manifests = append(index.Manifests[:i:i], index.Manifests[i+1:]...)
		delete(m.Annotations, annotationName)
		add(index, m, "")
		return
	}
}
