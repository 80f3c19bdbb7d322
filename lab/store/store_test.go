package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"byhand/lab/overlay"
)

func writes(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

func TestNames(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, c := range []struct{ ref, full, short string }{
		{"alpine", "docker.io/library/alpine:latest", "alpine:latest"},
		{"alpine:3.10", "docker.io/library/alpine:3.10", "alpine:3.10"},
		{"jturpin/hollywood", "docker.io/jturpin/hollywood:latest", "jturpin/hollywood:latest"},
		{"docker.io/library/node:12-stretch", "docker.io/library/node:12-stretch", "node:12-stretch"},
		{"localhost/x", "localhost/x:latest", "localhost/x:latest"},
		{"localhost:5000/a/b:c", "localhost:5000/a/b:c", "localhost:5000/a/b:c"},
		{"ghcr.io/a/b", "ghcr.io/a/b:latest", "ghcr.io/a/b:latest"},
		{"alpine@" + digest, "docker.io/library/alpine@" + digest, "alpine@" + digest},
	} {
		ref, err := Parse(c.ref)
		if err != nil {
			t.Errorf("Parse(%q) = %v", c.ref, err)
			continue
		}
		if got := Full(ref); got != c.full || Short(got) != c.short {
			t.Errorf("Parse(%q) = %q, in short %q; want %q, %q", c.ref, got, Short(got), c.full, c.short)
		}
	}
	for _, bad := range []string{"", "UPPER", "a b", "../x", "a:b:c", "a@sha256:12"} {
		if ref, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) = %v; want an error", bad, ref)
		}
	}
}

func TestFind(t *testing.T) {
	s := open(t)
	img := put(t, s, "one:1", file{"a", "1"})
	for _, ref := range []string{"one:1", "docker.io/library/one:1", img.ID.String(), img.ID.Hex[:12], "one@" + img.Descriptor.Digest.String()} {
		if got, err := s.Find(ref); err != nil || got.ID != img.ID {
			t.Errorf("Find(%q) = %v, %v; want %s", ref, got, err, img.ID)
		}
	}
	for _, ref := range []string{"one", "one:2", "ffff", "two@" + img.Descriptor.Digest.String()} {
		if got, err := s.Find(ref); !errors.Is(err, ErrUnknown) {
			t.Errorf("Find(%q) = %v, %v; want ErrUnknown", ref, got, err)
		}
	}
}

func TestTagMovesAName(t *testing.T) {
	s := open(t)
	first, second := put(t, s, "x", file{"a", "1"}), put(t, s, "x", file{"a", "2"})
	if got, err := s.Find("x"); err != nil || got.ID != second.ID {
		t.Errorf("Find(x) = %v, %v; want the newer", got, err)
	}
	if got, err := s.Find(first.ID.String()); err != nil || len(got.Names) != 0 {
		t.Errorf("the older image is %v, %v; want it without a name", got, err)
	}
	if err := s.Tag(t.Context(), second, "y:2"); err != nil {
		t.Fatal(err)
	}
	got, err := s.Find("y:2")
	if err != nil || !slices.Equal(got.Names, []string{"x:latest", "y:2"}) {
		t.Errorf("names = %q, %v; want x:latest and y:2", got.Names, err)
	}
}

// TestRoot piles layers whose links and whiteouts reach into those below.
func TestRoot(t *testing.T) {
	s := open(t)
	base := put(t, s, "base", file{"./", ""}, file{"etc/", ""}, file{"etc/keep", "0"}, file{"etc/gone", "0"}, file{"usr/lib/", ""}, file{"lib -> usr/lib", ""}, file{"opaque/old", "0"})
	img := over(t, s, base, "top",
		archive(t, file{"etc/.wh.gone", ""}, file{"etc/second => etc/keep", ""}, file{"lib/new", "1"}),
		archive(t, file{"opaque/.wh..wh..opq", ""}, file{"opaque/new", "2"}))
	lower, err := s.Root(t.Context(), img)
	if err != nil {
		t.Fatal(err)
	}
	pile, err := overlay.Open(overlay.Spec{Lower: lower})
	if err != nil {
		t.Fatal(err)
	}
	defer pile.Close()
	root := fmt.Sprintf("/proc/self/fd/%d/", pile.Fd())
	for name, want := range map[string]string{"etc/keep": "0", "etc/second": "0", "usr/lib/new": "1", "lib/new": "1", "opaque/new": "2"} {
		if got, err := os.ReadFile(root + name); string(got) != want {
			t.Errorf("%s = %q, %v; want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"etc/gone", "opaque/old", "etc/.wh.gone", "opaque/.wh..wh..opq"} {
		if _, err := os.Lstat(root + name); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there (%v); want it hidden", name, err)
		}
	}
	if info, err := os.Stat(root); err != nil || info.Mode().Perm() != 0o711 {
		t.Errorf("the root has the mode %v, %v; want the lowest layer's, 0711", info.Mode(), err)
	}
	if got, err := os.ReadFile(filepath.Join(lower[2], "etc/gone")); string(got) != "0" {
		t.Errorf("etc/gone of the lowest layer = %q, %v; want it untouched", got, err)
	}
}

// TestManyLayers makes an image of more layers than Docker allows.
func TestManyLayers(t *testing.T) {
	s := open(t)
	img := put(t, s, "many", file{"n", "0"})
	var more [][]byte
	for i := range 140 {
		more = append(more, archive(t, file{"n", fmt.Sprint(i)}, file{fmt.Sprintf("own%d", i), ""}))
	}
	img = over(t, s, img, "many", more...)
	lower, err := s.Root(t.Context(), img)
	if err != nil || len(lower) != 141 {
		t.Fatalf("Root = %d layers, %v; want 141", len(lower), err)
	}
	pile, err := overlay.Open(overlay.Spec{Lower: lower})
	if err != nil {
		t.Fatal(err)
	}
	defer pile.Close()
	names, err := os.ReadDir(fmt.Sprintf("/proc/self/fd/%d", pile.Fd()))
	if err != nil || len(names) != 141 {
		t.Errorf("%d files, %v; want 141", len(names), err)
	}
}

// TestSharedOnce sees two images share what they have in common.
func TestSharedOnce(t *testing.T) {
	s := open(t)
	base := put(t, s, "base", file{"a", "0"})
	one := over(t, s, base, "one", archive(t, file{"b", "1"}))
	two := over(t, s, base, "two", archive(t, file{"c", "2"}))
	a, err := s.Root(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Root(t.Context(), two)
	if err != nil {
		t.Fatal(err)
	}
	if a[1] != b[1] || a[0] == b[0] {
		t.Errorf("layers %q and %q; want the lower one shared and no other", a, b)
	}
	if got, _ := filepath.Glob(s.path("layers", "*.json")); len(got) != 3 {
		t.Errorf("%d layers unpacked; want 3", len(got))
	}
}

func TestHostile(t *testing.T) {
	for _, c := range []struct {
		name, want string
		layer      []byte
	}{
		{"climbs", `"../../etc/passwd"`, archive(t, file{"../../etc/passwd", "x"})},
		{"hard link out", `"../../etc/shadow"`, archive(t, file{"x => ../../etc/shadow", ""})},
		{"no archive", "invalid tar header", []byte(strings.Repeat("x", 1024))},
		{"cut", "unexpected EOF", archive(t, file{"a", strings.Repeat("x", 4096)})[:2048]},
	} {
		s := open(t)
		good := put(t, s, "good", file{"a", "1"})
		_, err := s.Import(t.Context(), bytes.NewReader(c.layer), "good", "", nil, good.Config.Created.Time)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Import = %v; want an error with %s", c.name, err, c.want)
		}
		if got, err := s.Find("good"); err != nil || got.ID != good.ID {
			t.Errorf("%s: good is now %v, %v; want it as it was", c.name, got, err)
		}
		if _, err := s.Prune(t.Context(), false); err != nil {
			t.Errorf("%s: Prune = %v", c.name, err)
		}
		wantFiles(t, s, good)
	}
}

// wantFiles holds the store to exactly the files of these images.
func wantFiles(t *testing.T, s *Store, images ...*Image) {
	t.Helper()
	want := map[string]bool{}
	for _, img := range images {
		want["blobs/sha256/"+img.Descriptor.Digest.Hex], want["blobs/sha256/"+img.ID.Hex] = true, true
		for i, l := range img.Manifest.Layers {
			n := "layers/" + layerName(img.chains()[i])
			want["blobs/sha256/"+l.Digest.Hex], want[n], want[n+".json"] = true, true, true
		}
	}
	for _, dir := range []string{"blobs/sha256", "layers", "tmp", "partial"} {
		names, err := os.ReadDir(s.path(dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if name := dir + "/" + n.Name(); !want[name] {
				t.Errorf("the store has %s; want no such file", name)
			} else {
				delete(want, name)
			}
		}
	}
	for name := range want {
		t.Errorf("the store lacks %s", name)
	}
}

func TestDamageIsSeen(t *testing.T) {
	s := open(t)
	img := put(t, s, "x", file{"a", "1"})
	blob := s.blob(img.Manifest.Layers[0].Digest)
	b, err := os.ReadFile(blob)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := errors.Join(os.WriteFile(blob, b, 0o644), removeTree(s.path("layers")), os.Mkdir(s.path("layers"), 0o711)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Root(t.Context(), img); err == nil {
		t.Error("Root of a damaged layer = nil; want an error")
	}
	if err := s.Save(t.Context(), io.Discard, "x"); err == nil || !strings.Contains(err.Error(), "damaged on disk") {
		t.Errorf("Save of a damaged layer = %v; want an error that says so", err)
	}
	lie := v1.Descriptor{Digest: img.ID, Size: 5}
	for _, text := range []string{"wrong", "short", "toolong"} {
		s := open(t)
		if err := s.Put(lie, strings.NewReader(text)); !errors.Is(err, ErrLie) || s.Has(img.ID) {
			t.Errorf("Put(%q) = %v; want ErrLie, and nothing kept", text, err)
		}
	}
}
