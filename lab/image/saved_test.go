package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func digestOf(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

func zipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = z.Write(b)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func configOf(t testing.TB, layers [][]byte) string {
	t.Helper()
	var ids []string
	for _, l := range layers {
		ids = append(ids, digestOf(l))
	}
	return asJSON(t, map[string]any{"os": "linux", "config": map[string]any{"Cmd": []string{"sh"}}, "rootfs": map[string]any{"type": "layers", "diff_ids": ids}})
}

// dockerSave makes what docker save did up to version 24: a directory a layer.
func dockerSave(t testing.TB, names []string, layers ...[]byte) []entry {
	t.Helper()
	var out []entry
	var files []string
	for i, l := range layers {
		file := fmt.Sprintf("layer%d/layer.tar", i)
		files = append(files, file)
		out = append(out, entry{kind: tar.TypeReg, name: file, body: string(l)})
	}
	config := configOf(t, layers)
	name := strings.TrimPrefix(digestOf([]byte(config)), "sha256:") + ".json"
	manifest := asJSON(t, []map[string]any{{"Config": name, "RepoTags": names, "Layers": files}})
	return append(out, entry{kind: tar.TypeReg, name: name, body: config}, entry{kind: tar.TypeReg, name: "manifest.json", body: manifest})
}

// ociLayout makes an OCI image layout, with an index for several machines.
func ociLayout(t testing.TB, ref string, layers ...[]byte) []entry {
	t.Helper()
	var out []entry
	blob := func(content string) map[string]any {
		d := digestOf([]byte(content))
		out = append(out, entry{kind: tar.TypeReg, name: "blobs/sha256/" + strings.TrimPrefix(d, "sha256:"), body: content})
		return map[string]any{"digest": d, "size": len(content)}
	}
	var files []map[string]any
	for _, l := range layers {
		files = append(files, blob(string(zipped(t, l))))
	}
	manifest := blob(asJSON(t, map[string]any{"config": blob(configOf(t, layers)), "layers": files}))
	manifest["platform"] = map[string]any{"os": "linux", "architecture": runtime.GOARCH}
	other := map[string]any{"digest": digestOf(nil), "platform": map[string]any{"os": "linux", "architecture": "another"}}
	top := blob(asJSON(t, map[string]any{"manifests": []any{other, manifest}}))
	top["annotations"] = map[string]any{"org.opencontainers.image.ref.name": ref}
	return append(out,
		entry{kind: tar.TypeReg, name: "index.json", body: asJSON(t, map[string]any{"manifests": []any{top}})},
		entry{kind: tar.TypeReg, name: "oci-layout", body: `{"imageLayoutVersion":"1.0.0"}`})
}

// pile is layers that replace and hide each other's files, and what they make.
func pile(t testing.TB) (layers [][]byte, want map[string]string) {
	t.Helper()
	file, dir, link := byte(tar.TypeReg), byte(tar.TypeDir), byte(tar.TypeSymlink)
	for _, l := range [][]entry{
		{
			{kind: file, name: ".wh.no-lower-layer"}, {kind: file, name: "keep", body: "0"},
			{kind: file, name: "gone", body: "0"}, {kind: file, name: "gone-dir/a/b", body: "0"},
			{kind: file, name: "back", body: "0"}, {kind: file, name: "opaque/old", body: "0"},
			{kind: file, name: "to-file/x/y", body: "0"}, {kind: file, name: "to-dir", body: "0"},
			{kind: dir, name: "readonly/", mode: 0o555}, {kind: dir, name: "real/", mode: 0o755},
			{kind: file, name: "real/inside", body: "0"}, {kind: link, name: "linked", link: "real"},
			{kind: link, name: "alias", link: "/real"}, {kind: file, name: "real/hidden", body: "0"},
		},
		{
			{kind: file, name: ".wh.gone"}, {kind: file, name: ".wh.gone-dir"}, {kind: file, name: ".wh.never-was"},
			{kind: file, name: "no/such/dir/.wh.x"}, {kind: file, name: ".wh..wh.plnk", body: "aufs"},
			{kind: file, name: "back", body: "1"}, {kind: file, name: ".wh.back"}, // the whiteout speaks of the layer below
			{kind: file, name: "opaque/new", body: "1"}, {kind: file, name: "opaque/.wh..wh..opq"},
			{kind: file, name: "to-file", body: "1"}, {kind: dir, name: "to-dir/", mode: 0o750}, {kind: file, name: "to-dir/z", body: "1"},
			{kind: file, name: "readonly/added", body: "1"},
			{kind: dir, name: "linked/", mode: 0o700}, {kind: file, name: "linked/.wh..wh..opq"},
			{kind: file, name: "alias/.wh.hidden"}, {kind: file, name: "alias/through", body: "1"},
		},
		{{kind: dir, name: "gone-dir/", mode: 0o711}, {kind: file, name: ".wh.keep"}, {kind: file, name: "keep", body: "2"}},
	} {
		layers = append(layers, archiveOf(t, l))
	}
	return layers, map[string]string{
		".": "755", "keep": "2", "back": "1", "opaque": "755", "opaque/new": "1", "to-file": "1", "to-dir": "750", "to-dir/z": "1",
		"readonly": "555", "readonly/added": "1", "real": "755", "real/inside": "0", "real/through": "1",
		"linked": "700", "alias": "-> /real", "gone-dir": "711",
		"no-lower-layer": "was here before",
	}
}

// outline lists the files beneath dir with content, target or mode.
func outline(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, f := range (oracle{}).tree(t, dir) {
		switch full := filepath.Join(dir, name); {
		case f.target != "":
			out[name] = "-> " + f.target
		case f.nlink == 0:
			out[name] = fmt.Sprintf("%o", f.mode&0o7777)
		case f.mode&unix.S_IFMT == unix.S_IFREG:
			b, err := os.ReadFile(full)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = string(b)
		}
	}
	return out
}

func TestUnpackImage(t *testing.T) {
	layers, want := pile(t)
	save, layout := archiveOf(t, dockerSave(t, []string{"pile:latest"}, layers...)), archiveOf(t, ociLayout(t, "pile:latest", layers...))
	linked := dockerSave(t, nil, layers...)
	linked[0].name = "elsewhere/layer.tar"
	linked = append(linked, entry{kind: tar.TypeSymlink, name: "layer0/layer.tar", link: "../elsewhere/layer.tar"})

	tests := []struct {
		name    string
		archive []byte
		ref     string
	}{
		{"docker save", save, ""},
		{"docker save, by name", save, "pile"},
		{"docker save, compressed", zipped(t, save), "pile:latest"},
		{"docker save, a layer that is a link", archiveOf(t, linked), ""},
		{"docker save, compressed layers", nil, ""},
		{"OCI layout", layout, ""},
		{"OCI layout, compressed", zipped(t, layout), "pile:latest"},
	}
	for _, tt := range tests {
		for _, how := range []string{"file", "pipe"} {
			t.Run(tt.name+", "+how, func(t *testing.T) {
				if tt.archive == nil {
					entries := dockerSave(t, nil, layers...)
					for i := range layers {
						entries[i].body = string(zipped(t, layers[i]))
					}
					tt.archive = archiveOf(t, entries)
				}
				var in io.Reader = io.MultiReader(bytes.NewReader(tt.archive))
				if how == "file" {
					name := filepath.Join(t.TempDir(), "image.tar")
					if err := os.WriteFile(name, tt.archive, 0o600); err != nil {
						t.Fatal(err)
					}
					f, err := os.Open(name)
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					in = f
				}
				dir := treeDir(t)
				if err := os.Chmod(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "no-lower-layer"), []byte("was here before"), 0o644); err != nil {
					t.Fatal(err)
				}
				img, err := UnpackImage(t.Context(), in, dir, tt.ref, Options{})
				if err != nil {
					t.Fatalf("UnpackImage(...) = %v; want success", err)
				}
				if img.Layers != 3 || !strings.Contains(string(img.Config), `"Cmd":["sh"]`) {
					t.Errorf("UnpackImage(...) = %+v; want 3 layers and the configuration", img)
				}
				if got := outline(t, dir); !maps.Equal(got, want) {
					t.Errorf("the root is\n%q; want\n%q", got, want)
				}
			})
		}
	}
}

// TestUnpackImageForgets deletes a directory whose mode is still to be set, and
// lets another of that name follow, whose mode nobody says. ext4 gives it the
// number of the first.
func TestUnpackImageForgets(t *testing.T) {
	lower := archiveOf(t, []entry{{kind: tar.TypeDir, name: "d/", mode: 0o700}})
	upper := archiveOf(t, []entry{{kind: tar.TypeReg, name: ".wh.d"}, {kind: tar.TypeReg, name: "d/f"}})
	dir := treeDir(t)
	if _, err := UnpackImage(t.Context(), bytes.NewReader(archiveOf(t, dockerSave(t, nil, lower, upper))), dir, "", Options{}); err != nil {
		t.Fatalf("UnpackImage(...) = %v; want success", err)
	}
	if got := outline(t, dir)["d"]; got != "755" {
		t.Errorf("mode of d = %s; want 755", got)
	}
}

func TestUnpackImageRefuses(t *testing.T) {
	layers, _ := pile(t)
	good := func() []entry { return dockerSave(t, []string{"a:1"}, layers...) }
	change := func(name string, f func(*entry)) []byte {
		all := append(good(), ociLayout(t, "a:1", layers...)[:0]...)
		if i := slices.IndexFunc(all, func(e entry) bool { return strings.HasSuffix(e.name, name) }); i >= 0 {
			f(&all[i])
		}
		return archiveOf(t, all)
	}
	evil := func(names ...string) []byte {
		var l []entry
		for _, n := range names {
			l = append(l, entry{kind: tar.TypeReg, name: n})
		}
		return archiveOf(t, dockerSave(t, nil, layers[0], archiveOf(t, l)))
	}
	layout := ociLayout(t, "a:1", layers...)
	layout[3].body += " " // the configuration
	tests := []struct {
		name    string
		archive []byte
		ref     string
		want    string
	}{
		{"a root", layers[0], "", ErrNotImage.Error()},
		{"a root's own manifest.json", archiveOf(t, []entry{{kind: tar.TypeReg, name: "manifest.json", body: `{"name":"web"}`}}), "", ErrNotImage.Error()},
		{"text", bytes.Repeat([]byte("text\n"), 500), "", "not a tar archive"},
		{"nothing", nil, "", "empty"},
		{"another name", archiveOf(t, good()), "b", `which image is meant by "b"`},
		{"a layer missing", change("layer1/layer.tar", func(e *entry) { e.name = "x" }), "", "lacks its file layer1/layer.tar"},
		{"a layer changed", change("layer1/layer.tar", func(e *entry) { e.body = string(layers[2]) }), "", "layer 2 of 3"},
		{"no digests", change(".json", func(e *entry) { e.body = "{}" }), "", "digests of 0"},
		{"a blob changed", archiveOf(t, layout), "", "has the digest"},
		{"a layer outside", change("manifest.json", func(e *entry) {
			e.body = strings.ReplaceAll(e.body, "layer0/layer.tar", "../../etc/passwd")
		}), "", "climbs"},
		{"whiteout of the parent", evil("real/.wh..."), "", "names no file"},
		{"whiteout of the directory itself", evil("real/.wh.."), "", "names no file"},
		{"whiteout of nothing", evil("real/.wh."), "", "names no file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := UnpackImage(t.Context(), bytes.NewReader(tt.archive), treeDir(t), tt.ref, Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("UnpackImage(...) = %v; want an error with %q", err, tt.want)
			}
		})
	}
}

// TestUnpackImageThenRoot tries an archive as an image and then, from where the
// file still stands, as a root.
func TestUnpackImageThenRoot(t *testing.T) {
	name := filepath.Join(t.TempDir(), "root.tar.gz")
	archive := zipped(t, archiveOf(t, []entry{{kind: tar.TypeReg, name: "f", body: "root"}}))
	if err := os.WriteFile(name, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := t.TempDir()
	if _, err := UnpackImage(t.Context(), f, dir, "", Options{}); !errors.Is(err, ErrNotImage) {
		t.Errorf("UnpackImage(a root) = %v; want %v", err, ErrNotImage)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("UnpackImage(a root) made %v", left)
	}
	unpack(t, f, dir)
	if got, _ := os.ReadFile(filepath.Join(dir, "f")); string(got) != "root" {
		t.Errorf("f = %q; want %q", got, "root")
	}
}

// naiveHide obeys a whiteout by joining names, over the links of the test.
func naiveHide(whiteout, dir, outside string) {
	_ = os.Mkdir(filepath.Join(dir, "d"), 0o755)
	_ = os.Symlink(outside, filepath.Join(dir, "l"))
	_ = os.Symlink("../../../outside", filepath.Join(dir, "d/l"))
	if !filepath.IsAbs(whiteout) {
		whiteout = filepath.Join(dir, whiteout)
	}
	parent, base := filepath.Split(whiteout)
	if base != opaque {
		_ = os.RemoveAll(parent + strings.TrimPrefix(base, whiteoutPrefix))
		return
	}
	left, _ := os.ReadDir(parent)
	for _, d := range left {
		_ = os.RemoveAll(parent + d.Name())
	}
}

// TestWhiteoutsStayInside gives layers whose whiteouts try to reach a
// directory outside the root, by a link that a lower layer laid.
func TestWhiteoutsStayInside(t *testing.T) {
	for _, whiteout := range []string{"l/.wh.secret", "l/.wh..wh..opq", "OUTSIDE/.wh.secret", "d/l/.wh..wh..opq"} {
		t.Run(whiteout, func(t *testing.T) {
			dir, outside, before := battlefield(t)
			naiveHide(strings.Replace(whiteout, "OUTSIDE", outside, 1), dir, outside)
			if slices.Equal(snapshot(t, outside, 1), before) {
				t.Fatalf("naive whiteouts left %s unharmed: this attack tests nothing", outside)
			}
			dir, outside, before = battlefield(t)
			lower := archiveOf(t, []entry{
				{kind: tar.TypeSymlink, name: "l", link: outside}, {kind: tar.TypeSymlink, name: "d/l", link: "../../../outside"},
			})
			upper := archiveOf(t, []entry{{kind: tar.TypeReg, name: strings.Replace(whiteout, "OUTSIDE", outside, 1)}})
			_, err := UnpackImage(t.Context(), bytes.NewReader(archiveOf(t, dockerSave(t, nil, lower, upper))), dir, "", Options{})
			if err != nil {
				t.Errorf("UnpackImage(...) = %v; want success", err)
			}
			if d := diff(snapshot(t, outside, 1), before); len(d) > 0 {
				t.Errorf("UnpackImage changed files outside the root:\n%s", strings.Join(d, "\n"))
			}
		})
	}
}
