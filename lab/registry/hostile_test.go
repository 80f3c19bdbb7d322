package registry

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// hostile is what a registry says in place of the truth.
type hostile struct {
	manifest *v1.Manifest
	config   *v1.ConfigFile
	// stall sends nothing, after the header.
	stall bool
	// raw is sent as the manifest, if not empty.
	raw []byte
}

// TestHostileManifest pulls from registries whose manifests lie. The error says
// what is wrong, it comes soon, and the store has neither a name nor a blob
// that is not what it says.
func TestHostileManifest(t *testing.T) {
	none, err := v1.NewHash("sha256:" + strings.Repeat("0", 64))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		lie  func(*hostile)
		// byDigest asks for the image by its true digest.
		byDigest bool
		want     string
	}{
		{"another manifest than the digest's", func(h *hostile) { h.manifest.Config.Size++ }, true, "digest"},
		{"a layer is longer than it says", func(h *hostile) { h.manifest.Layers[0].Size-- }, false, "not what was promised"},
		{"a layer is shorter than it says", func(h *hostile) { h.manifest.Layers[0].Size += 10 }, false, "layer sha256:"},
		{"a layer of a negative size", func(h *hostile) { h.manifest.Layers[0].Size = -1 }, false, "a size of -1 bytes"},
		{"a layer that is not there", func(h *hostile) { h.manifest.Layers[0].Digest = none }, false, "404"},
		{"a layer's digest is no SHA-256 sum", func(h *hostile) { h.manifest.Layers[0].Digest = v1.Hash{Algorithm: "md5", Hex: "00"} }, false, "md5"},
		{"a layer elsewhere", func(h *hostile) { h.manifest.Layers[0].URLs = []string{"http://127.0.0.1:1/x"} }, false, "such are refused"},
		{"a configuration of another digest", func(h *hostile) { h.manifest.Config.Digest = none }, false, "0000"},
		{"a configuration of gigabytes", func(h *hostile) { h.manifest.Config.Size = 1 << 40 }, false, "configuration"},
		{"the plain layer has another digest", func(h *hostile) { h.config.RootFS.DiffIDs[0] = none }, false, "configuration says"},
		{"more layers than the configuration", func(h *hostile) { h.manifest.Layers = append(h.manifest.Layers, h.manifest.Layers[0]) }, false, "2 layers"},
		{"a thousand layers", func(h *hostile) {
			for range 1000 {
				h.manifest.Layers = append(h.manifest.Layers, h.manifest.Layers[0])
			}
		}, false, "overlayfs takes"},
		{"no JSON", func(h *hostile) { h.raw = []byte("<html>") }, false, "invalid character"},
		{"nothing comes", func(h *hostile) { h.stall = true }, false, "sends nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			from, to := client(t), client(t)
			var lies func(http.ResponseWriter, *http.Request) bool
			front := func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if lies == nil || !lies(w, r) {
						h.ServeHTTP(w, r)
					}
				})
			}
			ref := serve(t, t.TempDir(), front) + "/x:1"
			img := from.make(t, ref, 1<<16)
			if _, err := from.Push(t.Context(), ref); err != nil {
				t.Fatal(err)
			}
			lies = liar(t, img.Manifest, img.Config, test.lie)
			if test.byDigest {
				ref = strings.TrimSuffix(ref, ":1") + "@" + img.Descriptor.Digest.String()
			}
			begun := time.Now()
			_, err := to.Pull(t.Context(), ref, "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Pull = %v; want an error with %q", err, test.want)
			}
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("it took %v", took)
			}
			if list, err := to.Store.Images(); err != nil || len(list) > 0 {
				t.Errorf("the store has %v, %v; want nothing", list, err)
			}
			blobs, err := filepath.Glob(filepath.Join(to.Store.Dir(), "blobs/sha256/*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range blobs {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if h, _, _ := v1.SHA256(strings.NewReader(string(b))); h.Hex != filepath.Base(path) {
					t.Errorf("blob %s has the digest %s", filepath.Base(path), h)
				}
			}
		})
	}
}

// liar answers for the manifest and, where that points to another one, for the
// configuration.
func liar(t *testing.T, m *v1.Manifest, c *v1.ConfigFile, lie func(*hostile)) func(http.ResponseWriter, *http.Request) bool {
	t.Helper()
	h := &hostile{manifest: m.DeepCopy(), config: c.DeepCopy()}
	before := h.manifest.Config
	lie(h)
	config, err := json.Marshal(h.config)
	if err != nil {
		t.Fatal(err)
	}
	if h.manifest.Config.Digest == before.Digest && h.manifest.Config.Size == before.Size {
		if h.manifest.Config.Digest, h.manifest.Config.Size, err = v1.SHA256(strings.NewReader(string(config))); err != nil {
			t.Fatal(err)
		}
	}
	manifest, err := json.Marshal(h.manifest)
	if err != nil {
		t.Fatal(err)
	}
	if h.raw != nil {
		manifest = h.raw
	}
	return func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.Contains(r.URL.Path, "/manifests/"):
			w.Header().Set("Content-Type", string(m.MediaType))
			if h.stall {
				w.WriteHeader(http.StatusOK)
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				return true
			}
			_, _ = w.Write(manifest)
			return true
		case strings.HasSuffix(r.URL.Path, "/blobs/"+h.manifest.Config.Digest.String()):
			_, _ = w.Write(config)
			return true
		}
		return false
	}
}
