package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestUnpackRefuses(t *testing.T) {
	one := archiveOf(t, []entry{{kind: tar.TypeReg, name: "f", body: strings.Repeat("content", 1000)}})
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(one)
	_ = z.Close()
	badSum := bytes.Clone(zipped.Bytes())
	badSum[len(badSum)-5] ^= 1 // CRC32 and size are the last eight bytes

	tests := []struct {
		name    string
		archive []byte
		want    string
	}{
		{"nothing", nil, "empty"},
		{"text", []byte(strings.Repeat("this is text\n", 100)), "not a tar archive"},
		{"xz", []byte("\xfd7zXZ\x00\x00\x00"), "xz: only plain, gzip and zstd"},
		{"cut inside a file", one[:1000], `entry "f"`},
		{"gzip with a wrong checksum", badSum, "end of the archive"},
		{"full directory in the way", archiveOf(t, []entry{
			{kind: tar.TypeReg, name: "d/f"}, {kind: tar.TypeReg, name: "d", body: "x"},
		}), `entry "d"`},
		{"parent is a file", archiveOf(t, []entry{
			{kind: tar.TypeReg, name: "p"}, {kind: tar.TypeReg, name: "p/f"},
		}), `entry "p/f"`},
		{"link without its file", archiveOf(t, []entry{{kind: tar.TypeLink, name: "h", link: "no/such"}}), `entry "h"`},
		{"root as a file", archiveOf(t, []entry{{kind: tar.TypeSymlink, name: ".", link: "x"}}), "must be a directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Unpack(t.Context(), bytes.NewReader(tt.archive), t.TempDir(), Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Unpack(...) = %v; want an error with %q", err, tt.want)
			}
		})
	}
}

func TestUnpackRefusesSavedImages(t *testing.T) {
	tests := []struct {
		name, file, body string
		want             error
	}{
		{"docker save", "manifest.json", `[{"Config":"c.json","RepoTags":null,"Layers":["l/layer.tar"]}]`, ErrNotRoot},
		{"OCI layout", "./oci-layout", `{"imageLayoutVersion":"1.0.0"}`, ErrNotRoot},
		{"a root's own manifest.json", "manifest.json", `{"name":"a web app"}`, nil},
		{"a manifest.json below", "app/manifest.json", `[{"Config":"c.json","Layers":[]}]`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			archive := archiveOf(t, []entry{{kind: tar.TypeReg, name: tt.file, body: tt.body}})
			err := Unpack(t.Context(), bytes.NewReader(archive), dir, Options{})
			if !errors.Is(err, tt.want) {
				t.Fatalf("Unpack(%s) = %v; want %v", tt.file, err, tt.want)
			}
			if got, _ := os.ReadFile(filepath.Join(dir, tt.file)); tt.want == nil && string(got) != tt.body {
				t.Errorf("ReadFile(%s) = %q; want %q", tt.file, got, tt.body)
			}
		})
	}
}

func TestUnpackReplaces(t *testing.T) {
	dir := t.TempDir()
	unpack(t, bytes.NewReader(archiveOf(t, []entry{
		{kind: tar.TypeReg, name: "f", body: "old"},
		{kind: tar.TypeReg, name: "h", body: "linked"},
		{kind: tar.TypeLink, name: "h", link: "h"}, // a file linked to itself stays
		{kind: tar.TypeSymlink, name: "usr/old", link: "nowhere"},
		{kind: tar.TypeSymlink, name: "lib", link: "usr/lib"},
		{kind: tar.TypeDir, name: "usr/lib/", mode: 0o700},
		{kind: tar.TypeReg, name: "lib/so", body: "in usr"},
		{kind: tar.TypeDir, name: "lib/x", mode: 0o700},
		{kind: tar.TypeDir, name: "usr/lib/x", mode: 0o751}, // the same directory again
		{kind: tar.TypeReg, name: "f", body: "new"},
		{kind: tar.TypeReg, name: "usr/old", body: "file now"},
	})), dir)
	for name, want := range map[string]string{"f": "new", "h": "linked", "usr/lib/so": "in usr", "usr/old": "file now"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("ReadFile(%s) = %q, %v; want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]uint32{"usr": 0o755, "usr/lib": 0o700, "usr/lib/x": 0o751} {
		if got := stat(t, filepath.Join(dir, name)).Mode & 0o7777; got != want {
			t.Errorf("mode of %s = %#o; want %#o", name, got, want)
		}
	}
}

// TestUnpackFinishesDirectories gives directories modes that stand in the way
// of each other, and names that mean another directory in the end.
func TestUnpackFinishesDirectories(t *testing.T) {
	dir := t.TempDir()
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	unpack(t, bytes.NewReader(archiveOf(t, []entry{
		{kind: tar.TypeDir, name: "closed", mode: 0o600}, // its owner may not enter it
		{kind: tar.TypeDir, name: "closed/inner", mode: 0o711},
		{kind: tar.TypeDir, name: "a", mode: 0o755},
		{kind: tar.TypeDir, name: "z/d", mode: 0o750},
		{kind: tar.TypeSymlink, name: "l", link: "a"},
		{kind: tar.TypeDir, name: "l/d", mode: 0o711},
		{kind: tar.TypeSymlink, name: "l", link: "z"}, // now l/d is z/d
	})), dir)
	if got := stat(t, filepath.Join(dir, "closed")).Mode & 0o7777; got != 0o600 {
		t.Errorf("mode of closed = %#o; want 0600", got)
	}
	if err := os.Chmod(filepath.Join(dir, "closed"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]uint32{"closed/inner": 0o711, "z/d": 0o750} {
		if got := stat(t, filepath.Join(dir, name)).Mode & 0o7777; got != want {
			t.Errorf("mode of %s = %#o; want %#o", name, got, want)
		}
	}
}

func TestUnpackSkips(t *testing.T) {
	dir := t.TempDir()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, hdr := range []*tar.Header{
		{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "of the whole archive"}},
		{Typeflag: tar.TypeReg, Name: "marked", Mode: 0o644, Uid: os.Getuid(), Gid: os.Getgid(),
			PAXRecords: map[string]string{"SCHILY.xattr.trusted.overlay.opaque": "y"}},
		{Typeflag: tar.TypeChar, Name: "dev/null", Mode: 0o666, Devmajor: 1, Devminor: 3},
		{Typeflag: tar.TypeReg, Name: "setuid", Mode: 0o4755, Uid: os.Getuid(), Gid: os.Getgid()},
	} {
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	skipped := strings.Join(unpack(t, &buf, dir), "\n")
	if !strings.Contains(skipped, "belongs to overlayfs") {
		t.Errorf("skipped = %q; want the overlayfs attribute in it", skipped)
	}
	setuid := stat(t, filepath.Join(dir, "setuid")).Mode&unix.S_ISUID != 0
	if root := os.Geteuid() == 0; setuid != root {
		t.Errorf("setuid bit kept = %v; want %v: it is kept only where the owner is", setuid, root)
	}
	_, err := os.Lstat(filepath.Join(dir, "dev/null"))
	if made := err == nil; made == strings.Contains(skipped, "dev/null") {
		t.Errorf("dev/null made = %v, skipped = %q; want one or the other", made, skipped)
	}
}

func TestUnpackReportsAndStops(t *testing.T) {
	archive := archiveOf(t, []entry{
		{kind: tar.TypeReg, name: "a", body: "12345"}, {kind: tar.TypeReg, name: "b", body: "678"},
	})
	var entries int
	var size int64
	ctx, cancel := context.WithCancel(t.Context())
	opts := Options{Report: func(e int, b int64) { entries, size = e, b }}
	if err := Unpack(ctx, bytes.NewReader(archive), t.TempDir(), opts); err != nil || entries != 2 || size != 8 {
		t.Errorf("Unpack(...) = %v, reported %d entries, %d bytes; want success, 2, 8", err, entries, size)
	}
	cancel()
	if err := Unpack(ctx, bytes.NewReader(archive), t.TempDir(), opts); !errors.Is(err, context.Canceled) {
		t.Errorf("Unpack(cancelled) = %v; want %v", err, context.Canceled)
	}
}

// TestUnpackForRoot wants the setuid bits of root's files only where root is
// who unpacks, by its number or by being told so.
func TestUnpackForRoot(t *testing.T) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, hdr := range []*tar.Header{
		{Typeflag: tar.TypeReg, Name: "mine", Mode: 0o4755},
		{Typeflag: tar.TypeReg, Name: "other", Mode: 0o4755, Uid: 12345, Gid: 12345},
	} {
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	root := os.Geteuid() == 0
	for _, test := range []struct{ told, mine, other bool }{{false, root, root}, {true, true, root}} {
		dir := t.TempDir()
		if err := Unpack(t.Context(), bytes.NewReader(buf.Bytes()), dir, Options{RootIsCaller: test.told}); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]bool{"mine": test.mine, "other": test.other} {
			if got := stat(t, filepath.Join(dir, name)).Mode&unix.S_ISUID != 0; got != want {
				t.Errorf("with RootIsCaller %v, setuid bit of %s kept = %v; want %v", test.told, name, got, want)
			}
		}
	}
}
