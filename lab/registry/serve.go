package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// manifestPath is the address of a manifest; its groups are the repository and
// the tag or digest.
var manifestPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/v2/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)/manifests/([A-Za-z0-9_][A-Za-z0-9._:-]{0,127})$`)
})

// manifestLimit bounds a manifest, as the distribution specification does.
const manifestLimit = 4 << 20

// Serve returns a registry whose images lie in dir, where they survive it.
// The library keeps blobs on disk, but manifests in memory only: they are
// written down here before the client is told that they have come.
func Serve(dir string, logger *log.Logger) (http.Handler, error) {
	for _, sub := range []string{"blobs/sha256", "manifests"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("serve registry: %w", err)
		}
	}
	inner := registry.New(registry.Logger(logger), registry.WithBlobHandler(registry.NewDiskBlobHandler(filepath.Join(dir, "blobs"))))
	s := &server{inner: inner, dir: filepath.Join(dir, "manifests")}
	if err := s.restore(); err != nil {
		return nil, fmt.Errorf("serve registry: %w", err)
	}
	return s, nil
}

// server is the library's registry with manifests that last.
type server struct {
	inner http.Handler
	dir   string
}

// kept is a manifest as it lies on disk.
type kept struct {
	Repository, Reference, ContentType string
	Content                            []byte
}

// file is where a manifest lies. Its name is a digest, so that no name of a
// repository can lead anywhere else.
func (s *server) file(repository, reference string) string {
	h, _, _ := v1.SHA256(strings.NewReader(repository + "\n" + reference))
	return filepath.Join(s.dir, h.Hex+".json")
}

// ServeHTTP keeps manifests that come, forgets those that are deleted, and
// leaves everything else to the library.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := manifestPath().FindStringSubmatch(r.URL.Path)
	isManifest := strings.Contains(r.URL.Path, "/manifests/") && (r.Method == http.MethodPut || r.Method == http.MethodDelete)
	if !isManifest {
		s.inner.ServeHTTP(w, r)
		return
	}
	if m == nil {
		http.Error(w, "no such name can be", http.StatusBadRequest)
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, manifestLimit))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	k := kept{m[1], m[2], r.Header.Get("Content-Type"), content}
	answer := s.replay(r.Method, k)
	if answer.Code < 300 {
		if err := s.change(r.Method, k); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// replay gives a manifest to the library and returns its answer.
func (s *server) replay(method string, k kept) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/v2/"+k.Repository+"/manifests/"+k.Reference, bytes.NewReader(k.Content))
	r.Header.Set("Content-Type", k.ContentType)
	w := httptest.NewRecorder()
	s.inner.ServeHTTP(w, r)
	return w
}

// change brings to the disk what has happened to a manifest: it is known by
// its digest too, from then on.
func (s *server) change(method string, k kept) error {
	if method == http.MethodDelete {
		err := os.Remove(s.file(k.Repository, k.Reference))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	h, _, err := v1.SHA256(bytes.NewReader(k.Content))
	if err != nil {
		return err
	}
	for _, reference := range []string{h.String(), k.Reference} {
		k.Reference = reference
		b, err := json.Marshal(k)
		if err != nil {
			return err
		}
		if err := replaceFile(s.file(k.Repository, reference), b); err != nil {
			return err
		}
	}
	return nil
}

// restore gives the library the manifests on disk: those of images before
// those of indexes, which it refuses unless it knows what they list.
func (s *server) restore() error {
	paths, err := filepath.Glob(filepath.Join(s.dir, "*.json"))
	if err != nil {
		return err
	}
	for _, indexes := range []bool{false, true} {
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			var k kept
			if err := json.Unmarshal(b, &k); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if types.MediaType(k.ContentType).IsIndex() != indexes {
				continue
			}
			if answer := s.replay(http.MethodPut, k); answer.Code >= 300 {
				return fmt.Errorf("%s: manifest of %s:%s: %s", path, k.Repository, k.Reference, answer.Body)
			}
		}
	}
	return nil
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
