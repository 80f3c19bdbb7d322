package tree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// plant makes a tree with one file of each kind that anybody may make.
func plant(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.Mkdir(at("sub"), 0o755),
		os.WriteFile(at("sub/file"), []byte("text"), 0o640),
		os.Link(at("sub/file"), at("sub/twin")),
		os.Symlink("sub/file", at("link")),
		unix.Mkfifo(at("pipe"), 0o600),
		os.Chtimes(at("sub/file"), time.Unix(0, 0), time.Unix(1e9, 123456789)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"link", "pipe", "sub", "."} {
		when := []unix.Timespec{{Sec: 1e9}, {Sec: 1e9, Nsec: 5}}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, at(name), when, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDifferences(t *testing.T) {
	if got, n, err := Differences(plant(t), plant(t)); err != nil || len(got) > 0 || n != 6 {
		t.Fatalf("Differences of equal trees = %q, %d, %v; want none in 6 files", got, n, err)
	}
	for _, test := range []struct {
		name   string
		change func(dir string) error
		want   string
	}{
		{"mode", func(d string) error { return os.Chmod(d+"/pipe", 0o644) }, "pipe: mode"},
		{"setuid", func(d string) error { return os.Chmod(d+"/sub", 0o755|os.ModeSetuid) }, "sub: mode"},
		{"nanoseconds", func(d string) error {
			return os.Chtimes(d+"/sub/file", time.Unix(0, 0), time.Unix(1e9, 123456788))
		}, "sub/file: time"},
		{"content", func(d string) error { return os.WriteFile(d+"/sub/file", []byte("Text"), 0o640) }, "sub/file: content"},
		{"size", func(d string) error { return os.Truncate(d+"/sub/file", 3) }, "sub/file: size"},
		{"target", func(d string) error {
			_ = os.Remove(d + "/link")
			return os.Symlink("sub/twin", d+"/link")
		}, "link: target"},
		{"hard link", func(d string) error {
			_ = os.Remove(d + "/sub/twin")
			return os.WriteFile(d+"/sub/twin", []byte("text"), 0o640)
		}, "sub/twin: first hard link"},
		{"missing", func(d string) error { return os.Remove(d + "/pipe") }, "pipe: missing"},
		{"more", func(d string) error { return os.WriteFile(d+"/more", nil, 0o644) }, "more: not in the other tree"},
		{"attribute", func(d string) error {
			err := unix.Lsetxattr(d+"/sub/file", "user.byhand", []byte("x"), 0)
			if err == unix.ENOTSUP {
				t.Skip("this file system has no extended attributes of users")
			}
			return err
		}, "sub/file: extended attributes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := plant(t), plant(t)
			if err := test.change(b); err != nil {
				t.Fatal(err)
			}
			got, _, err := Differences(a, b)
			if err != nil || !strings.Contains(strings.Join(got, "\n"), test.want) {
				t.Errorf("Differences = %q, %v; want %q", got, err, test.want)
			}
		})
	}
}
