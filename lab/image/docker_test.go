package image

import (
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// dockersFile opens one of a Docker's archives.
func dockersFile(t *testing.T, docker, name string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join(docker, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// dockersListing reads how a Docker had the files on its disk, by their names:
// a line is a name, find's %y, %m, %U:%G, %T@, %n and %l, a device's numbers, the
// content's SHA-256 and the attributes.
func dockersListing(t *testing.T, docker, name string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(docker, name))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 10 {
			t.Fatalf("%s: %q has %d fields; want 10", name, line, len(fields))
		}
		all[fields[0]] = fields[1:]
	}
	return all
}

// listingOf is dockersListing of a directory of ours.
func listingOf(t *testing.T, dir string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for name, f := range (oracle{}).tree(t, dir) {
		kind := map[uint32]string{unix.S_IFREG: "f", unix.S_IFDIR: "d", unix.S_IFLNK: "l", unix.S_IFIFO: "p", unix.S_IFCHR: "c"}[f.mode&unix.S_IFMT]
		links, device, content := "-", "-", "-"
		if kind != "d" {
			links = fmt.Sprint(f.nlink)
		}
		if kind == "c" {
			device = fmt.Sprintf("%x:%x", unix.Major(f.rdev), unix.Minor(f.rdev))
		}
		full := filepath.Join(dir, name)
		if kind == "f" {
			content = sumOf(t, full)
		}
		st := stat(t, full)
		all[name] = []string{kind, fmt.Sprintf("%o", f.mode&0o7777), fmt.Sprintf("%d:%d", f.uid, f.gid),
			fmt.Sprintf("%d.%09d0", st.Mtim.Sec, st.Mtim.Nsec), links, f.target, device, content, capabilityOf(full)}
	}
	return all
}

func sumOf(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(digestOf(content), "sha256:")
}

// capabilityOf is the attribute as getfattr -e hex prints it, or empty.
func capabilityOf(name string) string {
	value := make([]byte, 100)
	n, err := unix.Lgetxattr(name, "security.capability", value)
	if err != nil {
		return ""
	}
	return "security.capability=0x" + hex.EncodeToString(value[:n])
}

// TestReadsDockers unpacks what real Dockers saved and exported, and compares
// every file with how that Docker had it on its own disk; see testdata/make.sh.
func TestReadsDockers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it takes root to make the owners and the devices")
	}
	dockers, err := filepath.Glob("testdata/docker-*")
	if err != nil || len(dockers) == 0 {
		t.Fatalf("no directory of a Docker: %v", err)
	}
	for _, docker := range dockers {
		for _, tt := range []struct {
			archive, ref, listing string
			// hidden has another name below a whiteout, which an overlay counts still.
			hidden string
			layers int
		}{
			{"saved.tar.gz", "odd:1", "odd-1.txt", "", 1},
			{"saved.tar.gz", "odd:2", "odd-2.txt", "bin/hello", 2},
			{"saved.tar.gz", "odd:two", "odd-2.txt", "bin/hello", 2},
			{"saved.tar.gz", "example.org/team/built:3", "built-3.txt", "bin/hello", 4},
			{"exported.tar.gz", "", "exported.txt", "bin/hello", 0},
		} {
			t.Run(filepath.Base(docker)+"/"+tt.listing+"/"+tt.ref, func(t *testing.T) {
				dir, want := treeDir(t), dockersListing(t, docker, tt.listing)
				var skipped []string
				opts := Options{Skipped: func(name, why string) { skipped = append(skipped, name+": "+why) }}
				in := dockersFile(t, docker, tt.archive)
				if tt.layers > 0 {
					if img, err := UnpackImage(t.Context(), in, dir, tt.ref, opts); err != nil || img.Layers != tt.layers {
						t.Fatalf("UnpackImage(%s) = %d layers, %v; want %d", tt.archive, img.Layers, err, tt.layers)
					}
				} else if err := Unpack(t.Context(), in, dir, opts); err != nil {
					t.Fatalf("Unpack(%s) = %v", tt.archive, err)
				}
				if len(skipped) > 0 {
					t.Errorf("skipped %q; want nothing", skipped)
				}
				got := listingOf(t, dir)
				delete(got, ".") // the listing begins below it
				for name, file := range want {
					if name == tt.hidden {
						file[4] = "1"
					}
					if tt.layers == 0 {
						file[3] = wholeSecond(t, file[3]) // docker export writes no fractions
					}
					if !slices.Equal(got[name], file) {
						t.Errorf("%s: got  %q\nwant %q", name, got[name], file)
					}
				}
				for name := range got {
					if want[name] == nil {
						t.Errorf("%s is there; want that it is not", name)
					}
				}
				linked := []string{"etc/kept", "etc/kept-too"}
				if tt.layers == 1 {
					linked = []string{"bin/hello", "bin/hard"}
				}
				if one, two := filepath.Join(dir, linked[0]), filepath.Join(dir, linked[1]); !sameInode(t, one, two) {
					t.Errorf("%s and %s are two files; want one", one, two)
				}
			})
		}
	}
}

func wholeSecond(t *testing.T, stamp string) string {
	t.Helper()
	seconds, _, found := strings.Cut(stamp, ".")
	if !found {
		t.Fatalf("time %q has no fraction", stamp)
	}
	return seconds + ".0000000000"
}
