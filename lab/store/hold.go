package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// hold is the content of a file in holds.
type hold struct {
	Manifest v1.Descriptor `json:"manifest"`
	Chains   []string      `json:"chains"`
}

// holderForm is what a holder may be called, since it becomes a file's name.
var holderForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
})

// Hold keeps the image, its unpacked layers too, until Release: a container
// still runs on them when nobody lists the image any more. The holder is a
// container's id. Be in Use of the store from Find until then.
func (s *Store) Hold(holder string, img *Image) error {
	if !holderForm().MatchString(holder) {
		return fmt.Errorf("hold image: %q can't be a holder's name", holder)
	}
	b, err := json.Marshal(hold{img.Descriptor, img.chains()})
	if err != nil {
		return err
	}
	return s.write("holds/"+holder+".json", b)
}

// Release ends a Hold; one that is not there has ended.
func (s *Store) Release(holder string) error {
	if !holderForm().MatchString(holder) {
		return fmt.Errorf("release image: %q can't be a holder's name", holder)
	}
	err := os.Remove(s.path("holds", holder+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// chains are the chain ids of the image's layers, the lowest first.
func (img *Image) chains() []string {
	var out []string
	for i := range img.Config.RootFS.DiffIDs {
		out = append(out, Chain(img.Config.RootFS.DiffIDs[:i+1]))
	}
	return out
}

// holds returns what is held, by holder.
func (s *Store) holds() (map[string]hold, error) {
	names, err := os.ReadDir(s.path("holds"))
	if err != nil {
		return nil, err
	}
	out := map[string]hold{}
	for _, n := range names {
		b, err := os.ReadFile(s.path("holds", n.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var h hold
		if err := json.Unmarshal(b, &h); err != nil {
			return nil, fmt.Errorf("read hold %s: %w", n.Name(), err)
		}
		out[strings.TrimSuffix(n.Name(), ".json")] = h
	}
	return out, nil
}

// Holders names all who hold an image.
func (s *Store) Holders() ([]string, error) {
	all, err := s.holds()
	return slices.Sorted(maps.Keys(all)), err
}

// holders are those who hold the image.
func (s *Store) holders(img *Image) ([]string, error) {
	all, err := s.holds()
	if err != nil {
		return nil, err
	}
	var out []string
	for holder, h := range all {
		if h.Manifest.Digest == img.Descriptor.Digest {
			out = append(out, holder)
		}
	}
	slices.Sort(out)
	return out, nil
}
