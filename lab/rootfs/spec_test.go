package rootfs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"r.tar", "r.tar.gz", "r.tgz", "r.tar.zst", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "layout"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "layout", "oci-layout"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	tests := []struct {
		spec    string
		want    Source
		wantErr string
	}{
		{spec: "", want: Source{Kind: Host}},
		{spec: "host", want: Source{Kind: Host}},
		{spec: "debootstrap", want: Source{Debootstrap, hostSuite()}},
		{spec: "debootstrap:sid", want: Source{Debootstrap, "sid"}},
		{spec: "debootstrap:--foreign", wantErr: "not the name of a suite"},
		{spec: "debootstrap:", wantErr: "not the name of a suite"},
		{spec: "r.tar", want: Source{Archive, dir + "/r.tar"}},
		{spec: "./r.tar.gz", want: Source{Archive, dir + "/r.tar.gz"}},
		{spec: "r.tgz", want: Source{Archive, dir + "/r.tgz"}},
		{spec: "r.tar.zst", want: Source{Archive, dir + "/r.tar.zst"}},
		{spec: ".", want: Source{Directory, dir}},
		{spec: dir, want: Source{Directory, dir}},
		{spec: "notes.txt", wantErr: "no tar archive"},
		{spec: "absent.tar", wantErr: "no such file"},
		{spec: "./absent", wantErr: "no such file"},
		{spec: "/absent/dir", wantErr: "no such file"},
		{spec: "oci:layout", want: Source{Layout, dir + "/layout:latest"}},
		{spec: "oci:" + dir + "/layout:docker.io/library/alpine:3.20", want: Source{Layout, dir + "/layout:docker.io/library/alpine:3.20"}},
		{spec: "oci:absent:v1", wantErr: "no such file"},
		{spec: "alpine", wantErr: "no such image; give host, debootstrap"},
		{spec: "alpine:3.20", wantErr: "no such image"},
		{spec: "localhost:5000/team/app@sha256:00ff", wantErr: "no such image"},
		{spec: "What is this?", wantErr: "unknown source"},
	}
	for _, tt := range tests {
		got, err := Parse(tt.spec)
		if tt.wantErr != "" {
			if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("Parse(%q) = %v, %v; want an error with %q", tt.spec, got, err, tt.wantErr)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("Parse(%q) = %v, %v; want %v", tt.spec, got, err, tt.want)
		}
		if again, err := Parse(got.String()); err != nil || again != got {
			t.Errorf("Parse(%q) = %v, %v; want %v, whose String that is", got, again, err, got)
		}
	}
}

func TestSuiteOf(t *testing.T) {
	tests := []struct{ osRelease, want string }{
		{"ID=debian\nVERSION_CODENAME=bookworm\n", "bookworm"},
		{"ID=ubuntu\nVERSION_CODENAME=\"noble\"\n", "noble"},
		{"ID=linuxmint\nVERSION_CODENAME=wilma\n", "stable"},
		{"ID=debian\n", "stable"}, // Debian's sid has no code name
		{"ID=debian\nVERSION_CODENAME='--evil'\n", "stable"},
		{"", "stable"},
	}
	for _, tt := range tests {
		if got := suiteOf(strings.NewReader(tt.osRelease)); got != tt.want {
			t.Errorf("suiteOf(%q) = %q; want %q", tt.osRelease, got, tt.want)
		}
	}
}
