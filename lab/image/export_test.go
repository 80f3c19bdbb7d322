package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExportUnpack sends a tree through Export and Unpack, compares it with
// what came out, and exports that once more: no byte may differ.
func TestExportUnpack(t *testing.T) {
	from, to := treeDir(t), treeDir(t)
	sockets := makeWildTree(t, from)
	archive, sum, skipped := exported(t, from, ExportOptions{})
	if sum.Sockets != len(sockets) || len(skipped) != len(sockets) {
		t.Errorf("Export skipped %q, %d sockets; want only %q", skipped, sum.Sockets, sockets)
	}
	if got := unpack(t, bytes.NewReader(archive), to); len(got) > 0 {
		t.Errorf("Unpack skipped %q; want nothing", got)
	}
	noSockets := oracle{skip: func(name string) bool { return slices.Contains(sockets, name) }}
	if d := noSockets.differences(t, to, from); len(d) > 0 {
		t.Errorf("the tree differs:\n%s", strings.Join(d, "\n"))
	}
	again, sumAgain, _ := exported(t, to, ExportOptions{})
	if !bytes.Equal(again, archive) {
		t.Errorf("Export of what was unpacked gives other bytes: %d; want the same %d", len(again), len(archive))
	}
	if sumAgain.Sockets = sum.Sockets; sumAgain != sum {
		t.Errorf("Export = %+v; want %+v", sumAgain, sum)
	}
	if len(archive) > 4<<20 {
		t.Errorf("the archive has %d bytes; want no holes in it", len(archive))
	}
}

// TestExportForeignReaders lets GNU tar and bsdtar unpack what Export wrote.
func TestExportForeignReaders(t *testing.T) {
	tests := []struct {
		program, pkg string
		args         []string
		not          []string          // files that the program makes otherwise
		xattr        func(string) bool // the attributes that it restores
	}{
		{"tar", "tar", []string{"--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner", "-p", "-xf", "-"}, nil, nil},
		{
			"bsdtar", "libarchive-tools", []string{"--xattrs", "--acls", "--numeric-owner", "-p", "-xf", "-"},
			// It does not set the time of ".", not from its own archives either,
			// and takes a time of -1.5 for -1 + 0.5.
			[]string{".", "times/a", "times/b"},
			func(name string) bool { return !strings.ContainsAny(name, "=%") }, // it leaves them in hexadecimal
		},
	}
	for _, tt := range tests {
		t.Run(tt.program, func(t *testing.T) {
			if _, err := exec.LookPath(tt.program); err != nil {
				t.Skipf("%v: apt-get install %s", err, tt.pkg)
			}
			from, to := treeDir(t), treeDir(t)
			makeWildTree(t, from)
			archive, _, _ := exported(t, from, ExportOptions{})
			cmd := exec.Command(tt.program, append([]string{"-C", to}, tt.args...)...)
			cmd.Stdin = bytes.NewReader(archive)
			cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v:\n%s", cmd, err, out)
			} else if len(out) > 0 {
				t.Logf("%s says: %s", tt.program, out)
			}
			o := oracle{xattr: tt.xattr, skip: func(name string) bool { return name == "socket" || slices.Contains(tt.not, name) }}
			if d := o.differences(t, to, from); len(d) > 0 {
				t.Errorf("%s made of it:\n%s", tt.program, strings.Join(d, "\n"))
			}
		})
	}
}

// TestExportHeaders reads the archive with archive/tar to see its names, order
// and formats.
func TestExportHeaders(t *testing.T) {
	dir := treeDir(t)
	for _, name := range []string{"b/z", "b.x", "b/a/x", "a"} {
		_ = os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	archive, sum, _ := exported(t, dir, ExportOptions{})
	var names []string
	for r := tar.NewReader(bytes.NewReader(archive)); ; {
		hdr, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, hdr.Name)
		if hdr.Uname != "" || hdr.Gname != "" || !hdr.AccessTime.IsZero() {
			t.Errorf("%s has user %q, group %q, access time %v; want none", hdr.Name, hdr.Uname, hdr.Gname, hdr.AccessTime)
		}
	}
	want := []string{"./", "a", "b/", "b/a/", "b/a/x", "b/z", "b.x"}
	if !slices.Equal(names, want) {
		t.Errorf("names = %q; want %q", names, want)
	}
	if sum != (Summary{Entries: 7, Bytes: 12}) {
		t.Errorf("Export = %+v; want 7 entries, 12 bytes", sum)
	}
}
