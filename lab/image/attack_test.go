package image

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// entry is one entry of an archive made by hand; GNU tar would not write these.
type entry struct {
	name, link, body string
	kind             byte
	mode             int64
}

func archiveOf(t testing.TB, entries []entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		mode := e.mode
		if mode == 0 {
			mode = 0o644
		}
		hdr := &tar.Header{
			Typeflag: e.kind, Name: e.name, Linkname: e.link, Size: int64(len(e.body)), Mode: mode,
			Uid: os.Getuid(), Gid: os.Getgid(), ModTime: time.Unix(1_000_000_000, 0),
		}
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestUnpackAttacks unpacks hostile archives next to a directory that must
// stay as it is. Each archive is given to naive code first, which has to harm
// a copy of that directory: an attack that harms nobody proves nothing.
func TestUnpackAttacks(t *testing.T) {
	tests := []struct {
		name    string
		entries func(outside string) []entry
		wantErr string // part of the error, or "" for success
		inside  string // file that must exist in the root afterwards, or ""
	}{
		{
			name: "file through an absolute link",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeSymlink, name: "l", link: outside},
					{kind: tar.TypeReg, name: "l/secret", body: "owned"},
				}
			},
			wantErr: "l/secret", // the link leads nowhere inside the root
		},
		{
			name: "file through a link to the host's root",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeSymlink, name: "l", link: "/"},
					{kind: tar.TypeReg, name: "l" + outside + "/secret", body: "owned"},
				}
			},
			inside: "OUTSIDE/secret",
		},
		{
			name: "file through a climbing link",
			entries: func(string) []entry {
				return []entry{
					{kind: tar.TypeDir, name: "outside", mode: 0o755},
					{kind: tar.TypeSymlink, name: "l", link: "../../outside"},
					{kind: tar.TypeReg, name: "l/secret", body: "owned"},
				}
			},
			inside: "outside/secret",
		},
		{
			name: "climbing name",
			entries: func(string) []entry {
				return []entry{{kind: tar.TypeReg, name: "a/../../../outside/secret", body: "owned"}}
			},
			wantErr: "climbs",
		},
		{
			name: "absolute name",
			entries: func(outside string) []entry {
				return []entry{{kind: tar.TypeReg, name: outside + "/secret", body: "owned"}}
			},
			inside: "OUTSIDE/secret",
		},
		{
			name: "hard link to an outside file, then its content",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeLink, name: "h", link: outside + "/secret"},
					{kind: tar.TypeReg, name: "h", body: "owned"},
				}
			},
			wantErr: "h",
		},
		{
			name: "hard link with a climbing target",
			entries: func(string) []entry {
				return []entry{
					{kind: tar.TypeLink, name: "h", link: "../../outside/secret"},
					{kind: tar.TypeReg, name: "h", body: "owned"},
				}
			},
			wantErr: "climbs",
		},
		{
			name: "hard link through a link",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeSymlink, name: "l", link: outside},
					{kind: tar.TypeLink, name: "h", link: "l/secret"},
					{kind: tar.TypeReg, name: "h", body: "owned"},
				}
			},
			wantErr: "hard link to l/secret",
		},
		{
			name: "directory swapped for a link",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeDir, name: "d", mode: 0o755},
					{kind: tar.TypeSymlink, name: "d", link: outside},
					{kind: tar.TypeReg, name: "d/secret", body: "owned"},
				}
			},
			wantErr: "d/secret",
		},
		{
			name: "mode and time of a directory swapped for a link",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeDir, name: "d", mode: 0o777},
					{kind: tar.TypeSymlink, name: "d", link: outside},
				}
			},
		},
		{
			name: "file over a link",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeSymlink, name: "s", link: outside + "/secret"},
					{kind: tar.TypeReg, name: "s", body: "owned"},
				}
			},
			inside: "s",
		},
		{
			name: "directory over a link",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeSymlink, name: "d", link: outside},
					{kind: tar.TypeDir, name: "d", mode: 0o777},
					{kind: tar.TypeReg, name: "d/secret", body: "owned"},
				}
			},
			inside: "d/secret",
		},
		{
			name: "hard link to a link, then its content",
			entries: func(outside string) []entry {
				return []entry{
					{kind: tar.TypeSymlink, name: "s", link: outside + "/secret"},
					{kind: tar.TypeLink, name: "h", link: "s"},
					{kind: tar.TypeReg, name: "h", body: "owned"},
				}
			},
			inside: "h",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// Negative control: the attack is real.
			dir, outside, before := battlefield(t)
			_ = naiveUnpack(bytes.NewReader(archiveOf(t, tt.entries(outside))), dir)
			if slices.Equal(snapshot(t, outside, 1), before) {
				t.Fatalf("naive unpacking left %s unharmed: this attack tests nothing", outside)
			}

			dir, outside, before = battlefield(t)
			err := Unpack(t.Context(), bytes.NewReader(archiveOf(t, tt.entries(outside))), dir, Options{})
			if d := diff(snapshot(t, outside, 1), before); len(d) > 0 {
				t.Errorf("Unpack changed files outside the root:\n%s", strings.Join(d, "\n"))
			}
			switch {
			case tt.wantErr == "" && err != nil:
				t.Errorf("Unpack(...) = %v; want success", err)
			case tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)):
				t.Errorf("Unpack(...) = %v; want an error with %q", err, tt.wantErr)
			}
			if tt.inside == "" {
				return
			}
			inside := filepath.Join(dir, strings.Replace(tt.inside, "OUTSIDE", outside, 1))
			if got, err := os.ReadFile(inside); string(got) != "owned" {
				t.Errorf("ReadFile(%s) = %q, %v; want the entry's content", inside, got, err)
			}
		})
	}
}

// battlefield makes an empty root two directories below a directory "outside"
// and describes the latter.
func battlefield(t *testing.T) (root, outside string, before []string) {
	t.Helper()
	base := treeDir(t)
	root, outside = filepath.Join(base, "some/root"), filepath.Join(base, "outside")
	for _, dir := range []string{root, outside} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	return root, outside, snapshot(t, outside, 1)
}

// naiveUnpack is what most people write first: names are joined to the
// directory and opened, an absolute name is believed.
func naiveUnpack(r io.Reader, dir string) error {
	locate := func(name string) string {
		if filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	late := map[string]*tar.Header{}
	for t := tar.NewReader(r); ; {
		hdr, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		name := locate(hdr.Name)
		switch hdr.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(name, 0o755)
			late[name] = hdr
		case tar.TypeSymlink:
			_ = os.Remove(name)
			err = os.Symlink(hdr.Linkname, name)
		case tar.TypeLink:
			err = os.Link(locate(hdr.Linkname), name)
		default:
			var f *os.File
			if f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644); err == nil {
				_, err = io.Copy(f, t)
				f.Close()
			}
		}
		if err != nil {
			return err
		}
	}
	for name, hdr := range late {
		_ = os.Chmod(name, os.FileMode(hdr.Mode))
		_ = os.Chtimes(name, hdr.ModTime, hdr.ModTime)
	}
	return nil
}
