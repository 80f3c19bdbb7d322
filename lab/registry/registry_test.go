package registry

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"byhand/lab/store"
)

// serve starts a registry on loopback and returns its host.
func serve(t *testing.T, dir string, front func(http.Handler) http.Handler) string {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	h, err := Serve(dir, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	if front != nil {
		h = front(h)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// client returns one with a new store, that loses its patience soon.
func client(t *testing.T) *Client {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("images are unpacked by overlayfs, which needs root")
	}
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &Client{Store: s, Stall: 500 * time.Millisecond, Patience: time.Millisecond}
}

// make puts an image of some incompressible size into the client's store.
func (c *Client) make(t *testing.T, ref string, size int) *store.Image {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	text := make([]byte, size)
	random := rand.New(rand.NewPCG(1, uint64(size)))
	for i := range text {
		text[i] = byte(random.Uint32())
	}
	if err := w.WriteHeader(&tar.Header{Name: "file", Mode: 0o644, Size: int64(size)}); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(text)
	w.Close()
	img, err := c.Store.Import(t.Context(), &b, ref, "test", nil, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func run(t *testing.T, argv ...string) string {
	t.Helper()
	if _, err := exec.LookPath(argv[0]); err != nil {
		t.Skipf("%s is not installed", argv[0])
	}
	out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestPushPull sends an image, stops the registry, starts it from its
// directory, and gets the image again.
func TestPushPull(t *testing.T) {
	c, dir := client(t), t.TempDir()
	ref := serve(t, dir, nil) + "/team/app:1"
	img := c.make(t, ref, 1<<20)
	digest, err := c.Push(t.Context(), ref)
	if err != nil || digest != img.Descriptor.Digest {
		t.Fatalf("Push = %v, %v; want %s", digest, err, img.Descriptor.Digest)
	}
	ref = serve(t, dir, nil) + "/team/app:1"
	for _, ref := range []string{ref, strings.TrimSuffix(ref, ":1") + "@" + digest.String()} {
		got, err := client(t).Pull(t.Context(), ref, "")
		if err != nil || got.Descriptor.Digest != digest || got.ID != img.ID {
			t.Errorf("Pull(%s) = %v, %v; want digest %s", ref, got, err, digest)
		}
	}
	if _, err := client(t).Pull(t.Context(), ref+"0", ""); err == nil || !strings.Contains(err.Error(), "no such image") {
		t.Errorf("Pull of what is not there = %v; want an error that says so", err)
	}
	found, err := c.Search(t.Context(), "", strings.Split(ref, "/")[0]+"/app", 25)
	if err != nil || len(found) != 1 {
		t.Errorf("Search = %v, %v; want team/app", found, err)
	}
}

// TestSkopeo has another client push to the registry and pull from it.
func TestSkopeo(t *testing.T) {
	c := client(t)
	host := serve(t, t.TempDir(), nil)
	img := c.make(t, host+"/ours:1", 1<<16)
	if _, err := c.Push(t.Context(), host+"/ours:1"); err != nil {
		t.Fatal(err)
	}
	if got := run(t, "skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://"+host+"/ours:1"); got != img.Descriptor.Digest.String() {
		t.Errorf("skopeo says the digest is %s; want %s", got, img.Descriptor.Digest)
	}
	layout := filepath.Join(t.TempDir(), "layout")
	run(t, "skopeo", "copy", "--src-tls-verify=false", "docker://"+host+"/ours:1", "oci:"+layout+":x")
	run(t, "skopeo", "copy", "--dest-tls-verify=false", "oci:"+layout+":x", "docker://"+host+"/theirs:2")
	got, err := client(t).Pull(t.Context(), host+"/theirs:2", "")
	if err != nil || got.Descriptor.Digest != img.Descriptor.Digest {
		t.Errorf("Pull of what skopeo pushed = %v, %v; want digest %s", got, err, img.Descriptor.Digest)
	}
}

// trouble is what a registry does to the requests for blobs of a megabyte.
type trouble func(n int32, w http.ResponseWriter, r *http.Request, blob []byte)

// TestTrouble pulls from registries that cut, stall, lie and are busy.
func TestTrouble(t *testing.T) {
	for _, c := range []struct {
		name string
		do   trouble
		want string // in the error; empty for success
		most int32  // requests
	}{
		{"cut, then ranges", func(n int32, w http.ResponseWriter, r *http.Request, blob []byte) {
			start := 0
			if n > 1 {
				if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &start); err != nil || start == 0 {
					t.Errorf("request %d has the range %q; want it to go on", n, r.Header.Get("Range"))
				}
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(blob)-1, len(blob)))
				w.WriteHeader(http.StatusPartialContent)
			}
			_, _ = w.Write(blob[start:min(start+300_000, len(blob))])
		}, "", 6},
		{"cut, no ranges", func(n int32, w http.ResponseWriter, r *http.Request, blob []byte) {
			if n < 3 {
				blob = blob[:int(n)*100_000]
			}
			_, _ = w.Write(blob)
		}, "", 3},
		{"busy", func(n int32, w http.ResponseWriter, r *http.Request, blob []byte) {
			if n < 3 {
				http.Error(w, "busy", http.StatusTooManyRequests)
				return
			}
			_, _ = w.Write(blob)
		}, "", 3},
		{"stalls", func(n int32, w http.ResponseWriter, r *http.Request, blob []byte) {
			_, _ = w.Write(blob[:1000])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "nothing came for", tries + 1},
		{"lies", func(n int32, w http.ResponseWriter, r *http.Request, blob []byte) {
			blob = bytes.Clone(blob)
			blob[500_000] ^= 1
			_, _ = w.Write(blob)
		}, "not what was promised", 1},
		{"too long", func(n int32, w http.ResponseWriter, r *http.Request, blob []byte) {
			for range 100 {
				_, _ = w.Write(blob)
			}
		}, "more come", 1},
		{"refuses", func(n int32, w http.ResponseWriter, r *http.Request, blob []byte) {
			http.Error(w, "no", http.StatusForbidden)
		}, "403", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := client(t), client(t)
			var layer atomic.Pointer[[]byte]
			var n atomic.Int32
			front := func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if blob := layer.Load(); blob != nil && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") && !strings.HasSuffix(r.URL.Path, from.config(t)) {
						c.do(n.Add(1), w, r, *blob)
						return
					}
					h.ServeHTTP(w, r)
				})
			}
			ref := serve(t, t.TempDir(), front) + "/x:1"
			img := from.make(t, ref, 1<<20)
			if _, err := from.Push(t.Context(), ref); err != nil {
				t.Fatal(err)
			}
			in, err := from.Store.OpenBlob(img.Manifest.Layers[0].Digest)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			b, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			layer.Store(&b)
			got, err := to.Pull(t.Context(), ref, "")
			if c.want == "" && (err != nil || got.ID != img.ID) {
				t.Errorf("Pull = %v, %v; want %s", got, err, img.ID)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("Pull = %v; want an error with %q", err, c.want)
			}
			if list, err := to.Store.Images(); c.want != "" && (err != nil || len(list) > 0) {
				t.Errorf("the store has %v, %v; want nothing", list, err)
			}
			if n.Load() > c.most {
				t.Errorf("%d requests; want %d at most", n.Load(), c.most)
			}
		})
	}
}

// config is the digest of the configuration of the client's only image.
func (c *Client) config(t *testing.T) string {
	list, err := c.Store.Images()
	if err != nil || len(list) == 0 {
		t.Errorf("Images = %v, %v; want one", list, err)
		return "none"
	}
	return list[0].ID.String()
}

// TestServeNames sees no name lead out of the registry's directory.
func TestServeNames(t *testing.T) {
	dir := t.TempDir()
	host := serve(t, filepath.Join(dir, "registry"), nil)
	for _, path := range []string{"/v2/../../x/manifests/1", "/v2/a/manifests/..", "/v2/A/manifests/1", "/v2/a/manifests/" + strings.Repeat("x", 200)} {
		req, err := http.NewRequest(http.MethodPut, "http://"+host, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = "//" + host + path
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode < 300 {
			t.Errorf("PUT %s = %s; want it refused", path, resp.Status)
		}
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 {
		t.Errorf("beside the registry there are %v, %v; want nothing", names, err)
	}
}
