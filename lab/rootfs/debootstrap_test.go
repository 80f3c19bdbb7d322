package rootfs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDebootstrapStep(t *testing.T) {
	tests := []struct {
		line, want string
		ok         bool
	}{
		{"I: Retrieving libc6 2.36-9+deb12u10", "retrieving libc6 2.36-9+deb12u10", true},
		{"I: Validating InRelease", "validating InRelease", true},
		{"I: Unpacking base-passwd...", "unpacking base-passwd", true},
		{"I: Unpacking the base system...", "unpacking the base system", true},
		{"I: Base system installed successfully.", "", false},
		{"W: Failure trying to run: chroot", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		got, ok := debootstrapStep(tt.line)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("debootstrapStep(%q) = %q, %v; want %q, %v", tt.line, got, ok, tt.want, tt.ok)
		}
	}
}

func TestOutput(t *testing.T) {
	var lines []string
	o := &output{line: func(l string) { lines = append(lines, l) }}
	for i := range 9 {
		fmt.Fprintf(o, "line %d\nhalf", i)
	}
	fmt.Fprint(o, " a line without its end")
	if len(lines) != 9 || lines[1] != "halfline 1" {
		t.Errorf("lines = %q; want 9, put together", lines)
	}
	if got := o.tail(); !slices.Equal(got[:1], []string{"halfline 4"}) || got[len(got)-1] != "half a line without its end" {
		t.Errorf("tail() = %q; want the last five whole lines and the unfinished one", got)
	}
}

// TestBuildDebootstrap installs a whole system if BYHAND_TEST_DEBOOTSTRAP names
// a suite, since that takes a network and some minutes.
func TestBuildDebootstrap(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rootfs")
	if os.Geteuid() != 0 {
		err := Build(t.Context(), Source{Debootstrap, "stable"}, dir, nil)
		if err == nil || !strings.Contains(err.Error(), "sudo") && !strings.Contains(err.Error(), "apt-get install debootstrap") {
			t.Errorf("Build(debootstrap) as an ordinary user = %v; want an error that says what to do", err)
		}
		return
	}
	suite := os.Getenv("BYHAND_TEST_DEBOOTSTRAP")
	if suite == "" {
		t.Skip("BYHAND_TEST_DEBOOTSTRAP names no suite to install")
	}
	var last Progress
	if err := Build(t.Context(), Source{Debootstrap, suite}, dir, func(p Progress) { last = p }); err != nil {
		t.Fatalf("Build(debootstrap:%s) = %v; want success", suite, err)
	}
	if last.Done < 100 {
		t.Errorf("last progress = %+v; want more than a hundred steps", last)
	}
	if missing, err := Missing(dir); err != nil || len(missing) > 0 {
		t.Errorf("Missing(%s) = %q, %v; want none", suite, missing, err)
	}
	runInside(t, dir, "dpkg --version")
}

// TestBuildDebootstrapFails asks for a suite that no machine knows.
func TestBuildDebootstrapFails(t *testing.T) {
	if _, ok := tree("/").lookup("debootstrap"); !ok || os.Geteuid() != 0 {
		t.Skip("this needs root and debootstrap")
	}
	err := Build(t.Context(), Source{Debootstrap, "nosuchsuite"}, filepath.Join(t.TempDir(), "rootfs"), nil)
	if err == nil || !strings.Contains(err.Error(), "E: ") {
		t.Errorf("Build(debootstrap:nosuchsuite) = %v; want debootstrap's own words", err)
	}
}
