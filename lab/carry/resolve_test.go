package carry

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// tree makes a root with links of every sort, and a secret beside it.
func tree(t *testing.T) *os.File {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "root")
	for _, d := range []string{"etc", "a/b", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{
		"absolute": "/etc", "a/up": "..", "a/b/relative": "../../etc/passwd", "out": "../../../../etc", "loop": "loop",
		"var": "/run", "dangling": "etc/none", "far": filepath.Join(filepath.Dir(dir), "secret"), "through": "a/up/a/b/relative",
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"root/etc/passwd", "secret"} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(dir), f), []byte(f), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func TestResolve(t *testing.T) {
	root := tree(t)
	for _, test := range []struct {
		path   string
		follow bool
		want   string
		kind   uint32
		err    error
	}{
		{"/", true, ".", unix.S_IFDIR, nil},
		{"", true, ".", unix.S_IFDIR, nil},
		{"/etc/passwd", true, "etc/passwd", unix.S_IFREG, nil},
		{"../../etc/./passwd", true, "etc/passwd", unix.S_IFREG, nil},
		{"absolute/passwd", false, "etc/passwd", unix.S_IFREG, nil},
		{"absolute", false, "absolute", unix.S_IFLNK, nil},
		{"absolute", true, "etc", unix.S_IFDIR, nil},
		{"absolute/", true, "etc", unix.S_IFDIR, nil},
		{"a/up/a/b", true, "a/b", unix.S_IFDIR, nil},
		{"a/b/relative", true, "etc/passwd", unix.S_IFREG, nil},
		{"through", true, "etc/passwd", unix.S_IFREG, nil},
		{"out", true, "etc", unix.S_IFDIR, nil},
		{"out/passwd", true, "etc/passwd", unix.S_IFREG, nil},
		{"far", true, "", 0, unix.ENOENT},
		{"etc/none", true, "etc/none", 0, nil},
		{"dangling", true, "etc/none", 0, nil},
		{"none/none", true, "", 0, unix.ENOENT},
		{"etc/passwd/x", true, "", 0, unix.ENOTDIR},
		{"loop", true, "", 0, unix.ELOOP},
		{"loop/x", false, "", 0, unix.ELOOP},
	} {
		got, err := resolve(root, test.path, test.follow)
		if !errors.Is(err, test.err) || test.err == nil && err != nil {
			t.Errorf("resolve(%q, %t) = %v; want error %v", test.path, test.follow, err, test.err)
			continue
		}
		if err == nil && (got.path != test.want || got.mode&unix.S_IFMT != test.kind) {
			t.Errorf("resolve(%q, %t) = %q, %o; want %q, %o", test.path, test.follow, got.path, got.mode&unix.S_IFMT, test.want, test.kind)
		}
	}
}
