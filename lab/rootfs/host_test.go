package rootfs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// buildHost makes a root of this machine's programs, or skips the test where
// the machine lacks a required one.
func buildHost(t testing.TB) string {
	t.Helper()
	if err := tree("/").checkRequired(); err != nil {
		t.Skip(err)
	}
	dir := filepath.Join(t.TempDir(), "rootfs")
	if err := Build(t.Context(), Source{Kind: Host}, dir, nil); err != nil {
		t.Fatalf("Build(host) = %v; want success", err)
	}
	return dir
}

func TestBuildHost(t *testing.T) {
	t.Parallel()
	dir := buildHost(t)
	checkHostRoot(t, dir)
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0 {
			t.Errorf("%s has mode %v; want no setuid or setgid bit", name, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{".": 0o755, "etc": 0o755, "root": 0o700, "etc/passwd": 0o644, "tmp": 0o777 | fs.ModeSticky} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode()&^fs.ModeDir != want {
			t.Errorf("mode of %s = %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
	for _, link := range dirLinks {
		want, err := os.Readlink(link)
		if err != nil {
			continue // a directory on this machine, or absent
		}
		if got, err := os.Readlink(filepath.Join(dir, link)); got != want {
			t.Errorf("link %s = %q, %v; want %q as on the machine", link, got, err, want)
		}
	}
}

// checkHostRoot checks what every root of this machine's programs must be,
// whoever made it.
func checkHostRoot(t *testing.T, dir string) {
	t.Helper()
	if missing, err := Missing(dir); err != nil || len(missing) > 0 {
		t.Errorf("Missing(%s) = %q, %v; want none", dir, missing, err)
	}
	if got, want := Tools(dir), Tools("/"); !slices.Equal(got, want) {
		t.Errorf("Tools(%s) = %q; want those of the machine: %q", dir, got, want)
	}
	out := runInside(t, dir, "ls / && ps --version && id && ls -ld /root && for t in "+
		strings.Join(Tools(dir), " ")+`; do found=$(command -v "$t") || echo "no $t"; done`)
	for _, want := range []string{"proc\n", "ps from", "uid=0(root) gid=0(root)", "root root"} {
		if !strings.Contains(out, want) && !(want == "ps from" && strings.Contains(out, "BusyBox")) {
			t.Errorf("inside %s: %q; want %q in it", dir, out, want)
		}
	}
	if strings.Contains(out, "no ") {
		t.Errorf("inside %s: %q; want each tool found", dir, out)
	}
}

// TestCollectRequires takes a root of this machine's programs for a machine,
// and takes away from it.
func TestCollectRequires(t *testing.T) {
	t.Parallel()
	machine := tree(buildHost(t))
	remove := func(tool string) {
		t.Helper()
		for name, ok := machine.lookup(tool); ok; name, ok = machine.lookup(tool) {
			file, err := machine.resolve(name)
			if err == nil {
				err = os.Remove(machine.on(file))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var remarks []string
	build := func() error {
		remarks = nil
		return collect(t.Context(), machine, tree(t.TempDir()), func(p Progress) {
			if p.Unit == "" {
				remarks = append(remarks, p.What)
			}
		})
	}
	remove("grep")
	remove("yes")
	if err := build(); err != nil || len(remarks) != 1 || !strings.Contains(remarks[0], "yes, ") || !strings.Contains(remarks[0], "grep") {
		t.Errorf("collect without grep and yes = %v, remarks %q; want success and a remark that names both", err, remarks)
	}
	remove("ps")
	remove("hostname")
	want := "no hostname, ps in " + systemPath + ": apt-get install hostname procps"
	if err := build(); err == nil || err.Error() != want {
		t.Errorf("collect without ps and hostname = %v; want %s", err, want)
	}
}

// TestCollectNeedsLibraries removes a library that a required tool needs.
func TestCollectNeedsLibraries(t *testing.T) {
	t.Parallel()
	machine := tree(buildHost(t))
	name, _ := machine.lookup("ps")
	files, _ := newLinker(machine).load(name, "")
	if len(files) < 2 {
		t.Skip("ps is not dynamic here")
	}
	library := files[1] // the first after the loader
	if err := os.Remove(machine.on(library)); err != nil {
		t.Fatal(err)
	}
	err := collect(t.Context(), machine, tree(t.TempDir()), func(Progress) {})
	if !errors.Is(err, errAbsent) || !strings.Contains(err.Error(), filepath.Base(library)) {
		t.Errorf("collect without %s = %v; want an error that names it", library, err)
	}
}

func TestCopierPut(t *testing.T) {
	t.Parallel()
	from := layout(t, map[string]string{
		"usr/bin/one": "a program", "bin": "-> usr/bin", "usr/bin/script": "#! /bin/env two -x\n",
		"usr/bin/env": "env", "usr/bin/two": "two", "usr/bin/alias": "-> /etc/alternatives/alias",
		"etc/alternatives/alias": "-> /bin/one",
	})
	if err := os.Link(from.on("usr/bin/one"), from.on("usr/bin/same")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(from.on("usr/bin/one"), 0o775|fs.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	c := newCopier(from, tree(t.TempDir()))
	for _, name := range []string{"/bin/alias", "/usr/bin/same", "/usr/bin/same"} {
		if err := c.put(name); err != nil {
			t.Fatalf("put(%s) = %v; want success", name, err)
		}
	}
	var got []string
	_ = filepath.WalkDir(string(c.to), func(name string, entry fs.DirEntry, _ error) error {
		line := strings.TrimPrefix(name, string(c.to))
		if to, err := os.Readlink(name); err == nil {
			line += " -> " + to
		}
		if info, _ := entry.Info(); info.Mode().IsRegular() {
			line += " " + info.Mode().String()
		}
		got = append(got, line)
		return nil
	})
	want := []string{"", "/bin -> usr/bin", "/etc", "/etc/alternatives", "/etc/alternatives/alias -> /bin/one",
		"/usr", "/usr/bin", "/usr/bin/alias -> /etc/alternatives/alias", "/usr/bin/one -rwxr-xr-x", "/usr/bin/same -rwxr-xr-x"}
	if !slices.Equal(got, want) {
		t.Errorf("put made %q; want %q", got, want)
	}
	a, _ := os.Stat(c.to.on("usr/bin/one"))
	b, _ := os.Stat(c.to.on("usr/bin/same"))
	if !os.SameFile(a, b) {
		t.Errorf("one and same are two files; want one with two names")
	}
	if got, want := from.interpreters("/bin/script"), []string{"/bin/env", "/usr/bin/two"}; !slices.Equal(got, want) {
		t.Errorf("interpreters(script) = %q; want %q", got, want)
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	place(t, filepath.Join(full, "file"), "")
	if err := Build(t.Context(), Source{Kind: Host}, full, nil); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("Build(full directory) = %v; want an error that it is not empty", err)
	}
	if err := Build(t.Context(), Source{Kind: "?"}, t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "unknown kind") {
		t.Errorf("Build(unknown kind) = %v; want an error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Build(ctx, Source{Kind: Host}, t.TempDir(), nil); !errors.Is(err, context.Canceled) && tree("/").checkRequired() == nil {
		t.Errorf("Build(cancelled) = %v; want %v", err, context.Canceled)
	}
}

// BenchmarkBuildHost makes whole roots. Set TMPDIR to a tmpfs to leave the
// disk out.
func BenchmarkBuildHost(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		root := filepath.Join(dir, "rootfs")
		if err := Build(b.Context(), Source{Kind: Host}, root, nil); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := os.RemoveAll(root); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
