package store

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Layer is a layer as an image lists it.
type Layer struct {
	// Descriptor points to its file, as it is packed.
	Descriptor v1.Descriptor `json:"descriptor"`
	// DiffID is the digest of its plain tar stream.
	DiffID v1.Hash `json:"diffID"`
}

// keyForm is a key of the cache, which becomes a file's name.
var keyForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-f]{64}$`)
})

// Cached returns the layer that Remember was given for a key, if its blob is
// still there. A layer in the cache is not live: Prune removes it when no
// image has it.
func (s *Store) Cached(key string) (Layer, bool) {
	var l Layer
	if !keyForm().MatchString(key) {
		return l, false
	}
	b, err := os.ReadFile(s.path("cache", key+".json"))
	if err != nil || json.Unmarshal(b, &l) != nil {
		return l, false
	}
	return l, s.Has(l.Descriptor.Digest)
}

// Remember keeps which layer an instruction made. The key, 64 hexadecimal
// digits, is the digest of all that the layer depends on.
func (s *Store) Remember(key string, l Layer) error {
	if !keyForm().MatchString(key) {
		return fmt.Errorf("remember layer: %q is no key", key)
	}
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return s.write("cache/"+key+".json", b)
}
