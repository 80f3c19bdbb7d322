package store

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"byhand/lab/process"
)

func TestMain(m *testing.M) {
	if process.IsChild() {
		os.Exit(process.ChildMain(process.Table{StageUnpack: process.Typed(Unpack)}))
	}
	os.Exit(m.Run())
}

// file is one entry of an archive under test: "dir/" is a directory, "a -> b"
// a symbolic link, "a => b" a hard link, anything else a file.
type file struct{ name, text string }

func archive(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.text)), ModTime: time.Unix(1e9, 0)}
		for sep, kind := range map[string]byte{" -> ": tar.TypeSymlink, " => ": tar.TypeLink} {
			if name, to, ok := strings.Cut(f.name, sep); ok {
				h.Typeflag, h.Name, h.Linkname = kind, name, to
			}
		}
		if strings.HasSuffix(f.name, "/") {
			h.Typeflag, h.Mode = tar.TypeDir, 0o755
			if f.name == "./" {
				h.Mode = 0o711
			}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// open opens a new store.
func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// put imports an image of one layer.
func put(t testing.TB, s *Store, ref string, files ...file) *Image {
	t.Helper()
	img, err := s.Import(t.Context(), bytes.NewReader(archive(t, files...)), ref, "test", nil, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// over makes an image of another's layers and more above.
func over(t testing.TB, s *Store, base *Image, ref string, layers ...[]byte) *Image {
	t.Helper()
	all := base.Layers()
	for _, l := range layers {
		made, err := s.PutLayer(writes(l))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made)
	}
	img, err := s.Create(t.Context(), base.Config, all, ref)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// run runs another program, which must succeed, and returns what it printed.
func run(t testing.TB, argv ...string) string {
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
