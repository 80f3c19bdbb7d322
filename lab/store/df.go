package store

import (
	"os"
	"strings"
)

// Usage is the room that the store takes on disk.
type Usage struct {
	// Images and Used count those listed, and those of them that are held.
	Images, Used int
	// Packed is the size of the blobs, Unpacked that of the layers' files.
	Packed, Unpacked int64
	// Free is what Prune of all could free now.
	Free int64
	// Partial is what has come of blobs that are not whole.
	Partial int64
}

// Usage measures the store.
func (s *Store) Usage() (Usage, error) {
	var u Usage
	list, err := s.Images()
	if err != nil {
		return u, err
	}
	u.Images = len(list)
	held := map[string]bool{} // blobs and layers, by the names of their files
	for _, img := range list {
		holders, err := s.holders(img)
		if err != nil {
			return u, err
		}
		if len(holders) > 0 {
			u.Used++
			held[img.Descriptor.Digest.Hex], held[img.ID.Hex] = true, true
			for i, c := range img.chains() {
				held[layerName(c)], held[img.Manifest.Layers[i].Digest.Hex] = true, true
			}
		}
	}
	var free int64
	if u.Packed, free, err = s.measure("blobs/sha256", held); err != nil {
		return u, err
	}
	u.Free += free
	if u.Unpacked, free, err = s.measure("layers", held); err != nil {
		return u, err
	}
	u.Free += free
	u.Partial, free, err = s.measure("partial", nil)
	u.Free += free
	return u, err
}

// measure sums up a directory of the store, and what in it is not held.
func (s *Store) measure(dir string, held map[string]bool) (all, free int64, err error) {
	names, err := os.ReadDir(s.path(dir))
	if err != nil {
		return 0, 0, err
	}
	for _, n := range names {
		size, err := usage(s.path(dir, n.Name()))
		if err != nil {
			return 0, 0, err
		}
		all += size
		if !held[strings.TrimSuffix(n.Name(), ".json")] {
			free += size
		}
	}
	return all, free, nil
}

// Size is the room on disk that the image's layers take, unpacked where they
// are, those it shares with others too.
func (s *Store) Size(img *Image) (int64, error) {
	var total int64
	for i, chain := range img.chains() {
		size, err := usage(s.path("layers", layerName(chain)))
		if err != nil || size == 0 {
			size = img.Manifest.Layers[i].Size
		}
		total += size
	}
	return total, nil
}
