// Package store keeps images on disk: an OCI image layout, which other
// programs read too, and beside it each layer unpacked once, for overlayfs.
//
//	oci-layout, index.json   the layout, see the OCI image specification
//	blobs/sha256/HEX         manifests, configurations and layers by digest
//	layers/NAME, NAME.json   a layer unpacked over those below, and what it is
//	holds/NAME.json          an image that a container or a build still needs
//	cache/KEY.json           the layer that an instruction of a build made
//	partial/HEX              as much of a blob as has come from a registry
//	tmp/                     what is being written
//
// What has its final name is whole: it was written under another, brought to
// the disk, and renamed. A run that is cut leaves files in tmp, which Clean and
// the next Prune remove.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Store is a directory of images.
type Store struct {
	dir string
	// index keeps changes of index.json apart within this process; between
	// processes a lock file does.
	index sync.Mutex
}

// Open opens the store at dir, and makes it where there is none.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	for _, sub := range []string{"blobs/sha256", "layers", "holds", "cache", "partial", "tmp"} {
		if err := os.MkdirAll(s.path(sub), 0o711); err != nil {
			return nil, fmt.Errorf("open image store: %w", err)
		}
	}
	if _, err := os.Stat(s.path("oci-layout")); errors.Is(err, os.ErrNotExist) {
		if err := s.write("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)); err != nil {
			return nil, fmt.Errorf("open image store: %w", err)
		}
	}
	return s, nil
}

// Dir is the store's directory, itself an OCI image layout.
func (s *Store) Dir() string { return s.dir }

func (s *Store) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

// Temp makes a new directory for what is being made; Prune removes it if its
// maker could not.
func (s *Store) Temp(pattern string) (string, error) { return os.MkdirTemp(s.path("tmp"), pattern) }

// write puts data at name so that at any moment, also after a power cut, the
// name leads to the whole old content or to the whole new one.
func (s *Store) write(name string, data []byte) error {
	// Or who removes what cut runs have left takes it for that.
	done, err := s.Use(context.Background())
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer done()
	f, err := os.CreateTemp(s.path("tmp"), "write-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name()) // where it was not renamed
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return s.keep(f, name)
}

// keep brings a file to the disk and then gives it its name.
func (s *Store) keep(f *os.File, name string) error {
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), s.path(name)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(s.path(name)))
}

// syncDir makes the names in a directory last, see fsync(2).
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}
