package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"byhand/lab/overlay"
)

// overlaid unpacks layers one over another, each into a directory of its own,
// and returns those, the top one first.
func overlaid(t *testing.T, layers ...[]byte) []string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("an overlay needs root")
	}
	top := t.TempDir()
	var lower []string
	for i, l := range layers {
		upper, work := filepath.Join(top, strconv.Itoa(i)), filepath.Join(top, strconv.Itoa(i)+".work")
		for _, dir := range []string{upper, work} {
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		root := upper
		if i > 0 {
			f, err := overlay.Open(overlay.Spec{Lower: lower, Upper: upper, Work: work})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			root = procFD(int(f.Fd()))
		}
		open := func() (io.Reader, error) { return bytes.NewReader(l), nil }
		if err := UnpackLayer(t.Context(), open, root, digestOf(l), Options{}); err != nil {
			t.Fatal(err)
		}
		lower = slices.Insert(lower, 0, upper)
	}
	return lower
}

// seen returns the content of each file that the pile of lower shows.
func seen(t *testing.T, lower []string) map[string]string {
	t.Helper()
	f, err := overlay.Open(overlay.Spec{Lower: lower})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return contents(t, procFD(int(f.Fd())))
}

// contents maps each file beneath dir to what it holds or where it leads.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir+"/", func(p string, d os.DirEntry, err error) error {
		name := strings.TrimPrefix(strings.TrimPrefix(p, dir), "/")
		switch {
		case err != nil:
			return err
		case d.Type()&os.ModeSymlink != 0:
			got[name], err = os.Readlink(p)
		case d.IsDir():
			got[name+"/"] = ""
		default:
			var b []byte
			b, err = os.ReadFile(p)
			got[name] = string(b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestOverlaidIsUnpacked compares a pile of layers, mounted, with the same
// layers unpacked into one directory.
func TestOverlaidIsUnpacked(t *testing.T) {
	layers, _ := pile(t)
	lower := overlaid(t, layers...)
	flat := t.TempDir()
	saved := archiveOf(t, dockerSave(t, []string{"x:1"}, layers...))
	if _, err := UnpackImage(t.Context(), bytes.NewReader(saved), flat, "", Options{}); err != nil {
		t.Fatal(err)
	}
	got, want := seen(t, lower), contents(t, flat)
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s = %q; want %q", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("the overlay shows %d files, %q; want %d, %q", len(got), got, len(want), want)
	}
}

// TestExportLayerRoundTrip unpacks a pile, exports each upper directory as a
// layer, and piles those: the same must be seen, and the same bytes written.
func TestExportLayerRoundTrip(t *testing.T) {
	layers, _ := pile(t)
	lower := overlaid(t, layers...)
	var again [][]byte
	for _, dir := range slices.Backward(lower) {
		var first, second bytes.Buffer
		for _, w := range []*bytes.Buffer{&first, &second} {
			if _, err := ExportLayer(t.Context(), w, dir, ExportOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("ExportLayer(%s) gave different bytes the second time", dir)
		}
		again = append(again, first.Bytes())
	}
	if n := whiteouts(t, again); n == 0 {
		t.Error("the exported layers have no whiteout; want some")
	}
	got, want := seen(t, overlaid(t, again...)), seen(t, lower)
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s = %q; want %q", name, got[name], want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("exported and unpacked again there are %d files; want %d", len(got), len(want))
	}
}

func whiteouts(t *testing.T, layers [][]byte) int {
	t.Helper()
	n := 0
	for _, l := range layers {
		r := tar.NewReader(bytes.NewReader(l))
		for {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if isWhiteout(h.Name) {
				n++
			}
		}
	}
	return n
}

// TestUnpackLayerIsBounded sees bombs and lies refused.
func TestUnpackLayerIsBounded(t *testing.T) {
	l := archiveOf(t, []entry{{kind: tar.TypeReg, name: "zeros", body: strings.Repeat("\x00", 1<<20)}})
	open := func() (io.Reader, error) { return bytes.NewReader(zipped(t, l)), nil }
	for _, c := range []struct {
		name, digest, want string
		limit              int64
	}{
		{"bomb", digestOf(l), "more than 4096 bytes", 4096},
		{"lie", digestOf(nil), "has the digest", 0},
	} {
		dir := t.TempDir()
		err := UnpackLayer(t.Context(), open, dir, c.digest, Options{Limit: c.limit})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("UnpackLayer(%s) = %v; want an error with %q", c.name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("UnpackLayer(%s) left %d files; want none", c.name, len(left))
		}
	}
}
