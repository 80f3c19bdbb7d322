package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Removed says what Remove did.
type Removed struct {
	// Untagged are the names that were taken away.
	Untagged []string
	// Deleted are the ids of images that are gone.
	Deleted []v1.Hash
}

// Remove takes away the name ref, and with the last of its names the image;
// by its id it takes the image with all names, if there is but one or force is
// set. An image that containers hold stays unless forced, and even then its
// layers stay as long as they do.
func (s *Store) Remove(ctx context.Context, ref string, force bool) (Removed, error) {
	img, err := s.Find(ref)
	if err != nil {
		return Removed{}, err
	}
	names := img.Names
	if parsed, err := Parse(ref); err == nil && img.is(parsed) {
		names = []string{Short(Full(parsed))}
		if _, ok := parsed.(name.Digest); ok {
			names = img.Names
		}
	} else if len(names) > 1 && !force {
		return Removed{}, fmt.Errorf("remove image %s: it has %d names, %s; force removes it with all", ref, len(names), strings.Join(names, ", "))
	}
	last := len(names) == len(img.Names)
	if last && !force {
		holders, err := s.holders(img)
		if err != nil {
			return Removed{}, err
		}
		if len(holders) > 0 {
			return Removed{}, fmt.Errorf("remove image %s: container %s uses it", ref, strings.Join(holders, ", "))
		}
	}
	err = s.change(ctx, func(index *v1.IndexManifest) error {
		for _, n := range names {
			full, err := Parse(n)
			if err != nil {
				return err
			}
			remove(index, Full(full))
		}
		if last {
			forget(index, img.Descriptor.Digest)
		}
		return nil
	})
	if err != nil {
		return Removed{}, err
	}
	done := Removed{Untagged: names}
	if !last {
		return done, nil
	}
	done.Deleted = []v1.Hash{img.ID}
	// Somebody who pulls just now may count on a layer that nothing points to
	// yet. Then what this image leaves waits for the next time.
	if _, err := s.sweep(ctx, false); err != nil && !errors.Is(err, ErrBusy) {
		return done, err
	}
	return done, nil
}

// forget takes all entries of a manifest away that have no name.
func forget(index *v1.IndexManifest, digest v1.Hash) {
	kept := index.Manifests[:0]
	for _, m := range index.Manifests {
		if m.Digest != digest {
			kept = append(kept, m)
		}
	}
	index.Manifests = kept
}
