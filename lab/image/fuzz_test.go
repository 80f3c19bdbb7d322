package image

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// FuzzUnpack gives both readers archives that nobody meant, next to a
// directory that must stay as it is.
func FuzzUnpack(f *testing.F) {
	// Small, for the engine tries to make everything smaller that it finds:
	// give it -fuzzminimizetime 10x.
	tree := treeDir(f)
	for name, size := range map[string]int64{"hole": 64 << 10, "empty": 0, "\xff": 0} {
		if err := cmp.Or(os.WriteFile(filepath.Join(tree, name), []byte(name), 0o644), os.Truncate(filepath.Join(tree, name), size)); err != nil {
			f.Fatal(err)
		}
	}
	if err := cmp.Or(os.Link(filepath.Join(tree, "empty"), filepath.Join(tree, "linked")), os.Symlink("empty", filepath.Join(tree, "link"))); err != nil {
		f.Fatal(err)
	}
	var archive bytes.Buffer
	if _, err := Export(f.Context(), &archive, tree, ExportOptions{}); err != nil {
		f.Fatal(err)
	}
	f.Add(archive.Bytes())
	layers, _ := pile(f)
	f.Add(layers[0])
	f.Add(zipped(f, layers[1]))
	f.Add(archiveOf(f, dockerSave(f, []string{"a"}, layers...)))
	f.Add(archiveOf(f, ociLayout(f, "a", layers...)))
	f.Add(archiveOf(f, []entry{
		{kind: tar.TypeSymlink, name: "l", link: "../../outside"}, {kind: tar.TypeReg, name: "l/secret", body: "owned"},
		{kind: tar.TypeLink, name: "h", link: "l/secret"}, {kind: tar.TypeDir, name: "l", mode: 0o777},
	}))
	f.Fuzz(func(t *testing.T, archive []byte) {
		dir, outside, before := battlefield(t)
		// A header may promise exabytes of zeros.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_ = Unpack(ctx, bytes.NewReader(archive), dir, Options{})
		_, _ = UnpackImage(ctx, bytes.NewReader(archive), dir, "", Options{})
		_, _ = Export(ctx, io.Discard, dir, ExportOptions{})
		if !slices.Equal(snapshot(t, outside, 1), before) {
			t.Errorf("files outside the root changed: %q", snapshot(t, outside, 1))
		}
	})
}
