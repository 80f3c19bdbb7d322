package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrNotImage says that an archive holds no saved image; Unpack may know it.
var ErrNotImage = errors.New("this is not a saved image: it has neither docker save's manifest.json nor an OCI layout's index.json")

// saved is one image of an archive.
type saved struct {
	names []string
	// open returns the image's configuration and the names of its layers'
	// files, the lowest layer first. An archive may lack those of an image
	// that nobody asks for.
	open func() (config []byte, layers []string, err error)
	// manifest reads the image's own manifest, and is nil where there is none.
	manifest func() ([]byte, error)
}

// images lists the images.
func (s store) images() ([]saved, error) {
	if s.has("manifest.json") {
		content, err := s.read("manifest.json")
		if err == nil && isSaveManifest(content) {
			return s.savedByDocker(content)
		}
	}
	if s.has("oci-layout") {
		content, err := s.read("oci-layout")
		if err == nil && isLayoutMark(content) {
			return s.savedAsLayout()
		}
	}
	return nil, ErrNotImage
}

// savedByDocker reads the manifest.json of docker save, see "Image JSON file"
// and "manifest.json" in Moby's image specification v1.2.
func (s store) savedByDocker(manifest []byte) ([]saved, error) {
	var list []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal(manifest, &list); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	var out []saved
	for _, m := range list {
		out = append(out, saved{names: m.RepoTags, open: func() ([]byte, []string, error) {
			config, err := s.read(m.Config)
			return config, m.Layers, err
		}})
	}
	return out, nil
}

// pick returns the image called ref, or without ref the only one. A name
// without a tag means the tag latest.
func pick(list []saved, ref string) (saved, error) {
	var names []string
	for _, img := range list {
		if ref != "" && (slices.Contains(img.names, ref) || slices.Contains(img.names, ref+":latest")) {
			return img, nil
		}
		names = append(names, img.names...)
	}
	if ref == "" && len(list) == 1 {
		return list[0], nil
	}
	return saved{}, fmt.Errorf("which image is meant by %q: there are %d, with the names %q", ref, len(list), names)
}
