package image

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// Archive is the archive of one saved image or several.
type Archive struct{ image store }

// Archived is an image as it lies in an archive.
type Archived struct {
	// Names are those that the archive gives to it.
	Names []string
	// Manifest is the image's own, byte for byte; docker save wrote none
	// before version 25.
	Manifest []byte
	// Config is its configuration as JSON.
	Config []byte
	// Layers are the names of its layers' files, the lowest first.
	Layers []string
}

// OpenArchive reads what is in an archive that docker save made, or the tar of
// an OCI image layout. See UnpackImage for r.
func OpenArchive(ctx context.Context, r io.Reader) (*Archive, error) {
	s, err := openArchive(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return &Archive{store{s}}, nil
}

// Close forgets the archive.
func (a *Archive) Close() { a.image.close() }

// Images lists the images in the archive. An archive with both forms is read
// as an OCI layout, since only that has manifests.
func (a *Archive) Images() ([]Archived, error) {
	list, err := a.list()
	if err != nil {
		return nil, err
	}
	var out []Archived
	for _, img := range list {
		config, layers, err := img.open()
		if err != nil {
			return nil, fmt.Errorf("image %q: %w", img.names, err)
		}
		found := Archived{Names: img.names, Config: config, Layers: layers}
		if img.manifest != nil {
			if found.Manifest, err = img.manifest(); err != nil {
				return nil, err
			}
		}
		out = append(out, found)
	}
	return out, nil
}

func (a *Archive) list() ([]saved, error) {
	if a.image.has("oci-layout") {
		if mark, err := a.image.read("oci-layout"); err == nil && isLayoutMark(mark) {
			return a.image.savedAsLayout()
		}
	}
	return a.image.images()
}

// Open opens one of the archive's files, such as a layer's.
func (a *Archive) Open(name string) (*io.SectionReader, error) { return a.image.open(name) }

// manifestOf returns the manifest that d means on this machine, where d may
// be an index.
func (s store) manifestOf(d descriptor, depth int) ([]byte, error) {
	content, err := s.blob(d.Digest)
	if err != nil {
		return nil, err
	}
	var m struct{ Manifests []descriptor }
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	for _, sub := range m.Manifests {
		if depth < 3 && sub.isOurs() {
			return s.manifestOf(sub, depth+1)
		}
	}
	return content, nil
}
