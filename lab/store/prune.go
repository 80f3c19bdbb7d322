package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sys/unix"
)

// Pruned says what Prune removed.
type Pruned struct {
	// Images are those that were removed from the list.
	Images []*Image
	// Bytes is the room on disk that is free again.
	Bytes int64
}

// Prune removes the images without a name, with all those that no container
// holds, and then all files that nothing points to. It waits for those who
// bring images in.
func (s *Store) Prune(ctx context.Context, all bool) (Pruned, error) {
	var done Pruned
	list, err := s.Images()
	if err != nil {
		return done, err
	}
	for _, img := range list {
		holders, err := s.holders(img)
		if err != nil {
			return done, err
		}
		if len(holders) > 0 || len(img.Names) > 0 && !all {
			continue
		}
		done.Images = append(done.Images, img)
	}
	err = s.change(ctx, func(index *v1.IndexManifest) error {
		for _, img := range done.Images {
			forget(index, img.Descriptor.Digest)
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	done.Bytes, err = s.sweep(ctx, true)
	return done, err
}

// Clean removes what runs that were cut have left half written. What is whole and
// has no image, such as what a build that failed has made until then, is Prune's.
// Where somebody brings images in, nothing is removed.
func (s *Store) Clean(removed func(path string)) error {
	unlock, err := s.tryLock(lockUse, unix.LOCK_EX)
	if errors.Is(err, ErrBusy) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unlock()
	names, err := os.ReadDir(s.path("tmp"))
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := removeTree(s.path("tmp", n.Name())); err != nil {
			return err
		}
		removed(s.path("tmp", n.Name()))
	}
	return nil
}

// sweep deletes every file that nothing points to, and returns their size.
// Unless it may wait, it gives ErrBusy where somebody brings images in.
func (s *Store) sweep(ctx context.Context, wait bool) (int64, error) {
	unlock, err := s.tryLock(lockUse, unix.LOCK_EX)
	if wait && errors.Is(err, ErrBusy) {
		unlock, err = s.lock(ctx, lockUse, unix.LOCK_EX)
	}
	if err != nil {
		return 0, err
	}
	defer unlock()
	blobs, layers, err := s.live()
	if err != nil {
		// What can't be read may point to anything, so nothing is deleted.
		return 0, err
	}
	var freed int64
	for _, place := range []struct {
		dir  string
		live map[string]bool
	}{{"blobs/sha256", blobs}, {"layers", layers}, {"tmp", nil}, {"partial", nil}} {
		n, err := s.clear(place.dir, place.live)
		freed += n
		if err != nil {
			return freed, err
		}
	}
	return freed, s.forgetCache()
}

// clear deletes what is in dir and not among the live. A layer loses its mark
// first: without it, what remains after a cut is no layer.
func (s *Store) clear(dir string, live map[string]bool) (int64, error) {
	names, err := os.ReadDir(s.path(dir))
	if err != nil {
		return 0, err
	}
	var freed int64
	for _, marks := range []bool{true, false} {
		for _, n := range names {
			path := s.path(dir, n.Name())
			if live[strings.TrimSuffix(n.Name(), ".json")] || marks != strings.HasSuffix(path, ".json") {
				continue
			}
			size, err := usage(path)
			if err != nil {
				return freed, err
			}
			if err := removeTree(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return freed, err
			}
			freed += size
		}
	}
	return freed, syncDir(s.path(dir))
}

// live returns the blobs and the layers' directories that something points to.
func (s *Store) live() (blobs, layers map[string]bool, err error) {
	blobs, layers = map[string]bool{}, map[string]bool{}
	index, err := s.readIndex()
	if err != nil {
		return nil, nil, err
	}
	holds, err := s.holds()
	if err != nil {
		return nil, nil, err
	}
	for _, h := range holds {
		index.Manifests = append(index.Manifests, h.Manifest)
		for _, c := range h.Chains {
			layers[layerName(c)] = true
		}
	}
	for _, d := range index.Manifests {
		blobs[d.Digest.Hex] = true
		img, err := s.image(d)
		if err != nil {
			return nil, nil, err
		}
		for _, l := range append(img.Manifest.Layers, img.Manifest.Config) {
			blobs[l.Digest.Hex] = true
		}
		for _, c := range img.chains() {
			layers[layerName(c)] = true
		}
	}
	return blobs, layers, nil
}

// forgetCache removes what is known of layers that are gone.
func (s *Store) forgetCache() error {
	names, err := filepath.Glob(s.path("cache", "*.json"))
	if err != nil {
		return err
	}
	for _, path := range names {
		if _, ok := s.Cached(strings.TrimSuffix(filepath.Base(path), ".json")); !ok {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}
