package image

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestUnpackForeignWriters lets GNU tar and bsdtar pack a tree in every format
// that they know, and compares what Unpack makes of it.
func TestUnpackForeignWriters(t *testing.T) {
	gnu := []string{"--numeric-owner", "--acls", "--xattrs", "--xattrs-include=*", "--exclude=./socket"}
	plain := []string{"--numeric-owner", "--exclude=./socket"}
	fifos := []string{"fifo", "links-fifo"} // GNU tar keeps no hard links of these
	oddName := "holes/\xffbytes " + strings.Repeat("n", 100)
	tests := []struct {
		program, pkg string
		args         []string
		unit         time.Duration
		attributes   bool     // the format holds them
		not          []string // files that the program packs otherwise
	}{
		{"tar", "tar", append(gnu, "--format=pax"), 1, true, fifos},
		{"tar", "tar", append(gnu, "--format=pax", "-S", "--sparse-version=0.0"), 1, true, fifos},
		{"tar", "tar", append(gnu, "--format=pax", "-S", "--sparse-version=0.1"), 1, true, fifos},
		{"tar", "tar", append(gnu, "--format=pax", "-S", "--sparse-version=1.0"), 1, true, fifos},
		{"tar", "tar", append(plain, "--format=gnu"), time.Second, false, fifos},
		{"tar", "tar", append(plain, "--format=gnu", "-S"), time.Second, false, fifos},
		{"tar", "tar", append(plain, "--format=oldgnu", "-S"), time.Second, false, fifos},
		{
			"bsdtar", "libarchive-tools", []string{"--numeric-owner", "--xattrs", "--acls", "--format=pax"}, 1, true,
			// A time of -1.5 it writes as -2.5, a sparse file's name that is
			// not UTF-8 it cuts at 100 bytes.
			[]string{"times/a", "times/b", oddName},
		},
		{
			"bsdtar", "libarchive-tools", []string{"--numeric-owner", "--no-acls", "--format=gnutar"}, time.Second, false,
			// Numbers that the fields don't hold.
			[]string{"times/a", "times/b", "times/c", "times/e", "owners/disk"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.program+" "+strings.Join(tt.args[len(tt.args)-min(2, len(tt.args)):], " "), func(t *testing.T) {
			if _, err := exec.LookPath(tt.program); err != nil {
				t.Skipf("%v: apt-get install %s", err, tt.pkg)
			}
			from, to := treeDir(t), treeDir(t)
			makeWildTree(t, from)
			if err := os.Truncate(filepath.Join(from, "holes/9G"), 64<<20); err != nil { // most of these write its zeros
				t.Fatal(err)
			}
			cmd := exec.Command(tt.program, append(slices.Clone(tt.args), "-C", from, "-cf", "-", ".")...)
			cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
			var archive, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &archive, &stderr
			if err := cmd.Run(); err != nil {
				t.Errorf("%s: %v: %s", cmd, err, &stderr)
			}
			if got := unpack(t, &archive, to); len(got) > 0 {
				t.Errorf("Unpack skipped %q; want nothing", got)
			}
			o := oracle{unit: tt.unit, skip: func(name string) bool {
				return name == "socket" || slices.Contains(tt.not, name) || slices.Contains(tt.not, oddName) && strings.HasPrefix(name, "holes/\xff")
			}}
			if !tt.attributes {
				o.xattr = func(string) bool { return false }
			}
			if d := o.differences(t, to, from); len(d) > 0 {
				t.Errorf("Unpack of %s differs:\n%s", cmd, strings.Join(d, "\n"))
			}
		})
	}
}
