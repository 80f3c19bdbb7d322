package registry

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"byhand/lab/store"
)

// TestPlain pushes an image's parts one by one, and asks for them again.
func TestPlain(t *testing.T) {
	h, err := Serve(t.TempDir(), log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	p := Plain{Address: strings.TrimPrefix(server.URL, "http://"), Repository: "box"}
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte(`{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	digest, size, err := Digest(file)
	if err != nil || size != 64 {
		t.Fatalf("Digest = %v, %d, %v; want 64 bytes", digest, size, err)
	}
	manifest := []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
		`"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"` + digest.String() + `","size":64},"layers":[]}`)
	if err := p.Blob(t.Context(), digest, io.Discard); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("Blob before it was pushed = %v; want a 404", err)
	}
	if err := p.PushBlob(t.Context(), file); err != nil {
		t.Fatalf("PushBlob = %v", err)
	}
	if err := p.PushManifest(t.Context(), "1", manifest); err != nil {
		t.Fatalf("PushManifest = %v", err)
	}
	want, _, _ := v1.SHA256(bytes.NewReader(manifest))
	for _, reference := range []string{"1", want.String()} {
		got, said, err := p.Manifest(t.Context(), reference)
		if err != nil || !bytes.Equal(got, manifest) || said != want.String() {
			t.Errorf("Manifest(%s) = %s, %s, %v; want what was pushed, and %s", reference, got, said, err, want)
		}
	}
	var got bytes.Buffer
	if err := p.Blob(t.Context(), digest, &got); err != nil || got.Len() != 64 {
		t.Errorf("Blob = %d bytes, %v; want 64", got.Len(), err)
	}
}

// TestPlainIsLiedTo wants what is not what was asked for to be refused.
func TestPlainIsLiedTo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a lie") }))
	defer server.Close()
	p := Plain{Address: strings.TrimPrefix(server.URL, "http://"), Repository: "box"}
	digest, _, _ := v1.SHA256(strings.NewReader("the truth"))
	if err := p.Blob(t.Context(), digest, io.Discard); !errors.Is(err, store.ErrLie) {
		t.Errorf("Blob = %v; want that it is a lie", err)
	}
	honest, _, _ := v1.SHA256(strings.NewReader("a lie"))
	if err := p.Blob(t.Context(), honest, io.Discard); err != nil {
		t.Errorf("Blob, asked for by its own digest, = %v; want no error", err)
	}
}
