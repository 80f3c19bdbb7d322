package rootfs

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runShell runs the commands of s as a learner would and returns the root.
func runShell(t *testing.T, s Source) string {
	t.Helper()
	lab := t.TempDir()
	cmd := exec.Command("bash", "-eu", "-c", s.Shell())
	cmd.Env = append(os.Environ(), "LAB="+lab)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("bash -eu -c %q = %v: %s; want success", s.Shell(), err, out)
	} else if len(out) > 0 {
		t.Logf("the shell said: %s", out)
	}
	return filepath.Join(lab, "rootfs")
}

// TestShellHost makes the root by the printed commands and compares it, file
// by file, with what Build makes.
func TestShellHost(t *testing.T) {
	t.Parallel()
	want := listing(t, buildHost(t))
	dir := runShell(t, Source{Kind: Host})
	checkHostRoot(t, dir)
	got := listing(t, dir)
	for name, line := range want {
		if got[name] != line {
			t.Errorf("the shell made %s %q; want %q as Build did", name, got[name], line)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("the shell made %s %q; want it absent, as Build left it", name, got[name])
		}
	}
}

// listing describes the files beneath dir by mode, size and link target.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	lines := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		line := info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			line += " " + string(content)
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(name)
			if err != nil {
				return err
			}
			line += " -> " + to
		}
		lines[strings.TrimPrefix(name, dir)] = line
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestShellOthers(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "it's a root")
	place(t, filepath.Join(dir, "etc/motd"), "hello")
	place(t, filepath.Join(dir, "etc/link"), "-> /etc/motd")
	archive := filepath.Join(t.TempDir(), "root fs.tar.gz")
	if out, err := exec.Command("tar", "-czf", archive, "-C", dir, ".").CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, out)
	}
	for _, s := range []Source{{Directory, dir}, {Archive, archive}} {
		built := filepath.Join(t.TempDir(), "rootfs")
		if err := Build(t.Context(), s, built, nil); err != nil {
			t.Fatalf("Build(%s) = %v; want success", s, err)
		}
		want, got := listing(t, built), listing(t, runShell(t, s))
		if len(got) != len(want) || got["/etc/motd"] != want["/etc/motd"] || got["/etc/link"] != want["/etc/link"] {
			t.Errorf("the shell made %q of %s; want %q as Build did", got, s, want)
		}
	}
	if got, want := (Source{Debootstrap, "sid"}).Shell(), `debootstrap --variant=minbase sid "$LAB/rootfs"`; !strings.HasPrefix(got, want) {
		t.Errorf("Shell(debootstrap:sid) = %q; want %q", got, want)
	}
}

func TestShellcheck(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("shellcheck is not installed")
	}
	for _, s := range []Source{{Kind: Host}, {Debootstrap, "stable"}, {Archive, "/a b.tar"}, {Directory, "/it's"}} {
		cmd := exec.Command("shellcheck", "--shell=bash", "-")
		cmd.Stdin = strings.NewReader(s.Shell())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("shellcheck of the commands for %s = %v: %s", s, err, out)
		}
		for line := range strings.SplitSeq(s.Shell(), "\n") {
			if s.Kind == Host && len(line) > 100 {
				t.Errorf("a line of the commands for %s has %d characters; want 100 at most: %s", s, len(line), line)
			}
		}
	}
}

// TestShellLayout unpacks an image of two layers, of which the upper one hides
// a file of the lower, by the printed commands and by Build.
func TestShellLayout(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"umoci", "skopeo"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the printed commands need %s: %v", tool, err)
		}
	}
	dir := t.TempDir()
	make := exec.Command("bash", "-eu", "-c", `
		mkdir -p root/bin root/etc/sub
		echo program >root/bin/sh; echo a >root/etc/a; echo b >root/etc/b; ln root/etc/b root/etc/sub/b
		echo new >above
		umoci init --layout image; umoci new --image image:team/app:v1
		umoci insert $ROOTLESS --image image:team/app:v1 root /
		umoci insert $ROOTLESS --image image:team/app:v1 --whiteout /etc/a
		umoci insert $ROOTLESS --image image:team/app:v1 above /etc/above`)
	make.Dir, make.Env = dir, append(os.Environ(), "ROOTLESS=")
	if os.Geteuid() != 0 {
		make.Env = append(make.Env, "ROOTLESS=--rootless")
	}
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("make an image: %v: %s", err, out)
	}
	s, err := Parse("oci:" + dir + "/image:team/app:v1")
	if err != nil {
		t.Fatal(err)
	}
	built := filepath.Join(t.TempDir(), "rootfs")
	if err := Build(t.Context(), s, built, nil); err != nil {
		t.Fatal(err)
	}
	want, got := listing(t, runShell(t, s)), listing(t, built)
	if !maps.Equal(got, want) {
		t.Errorf("Build made %q; want %q as umoci did", got, want)
	}
	for name, there := range map[string]bool{"/etc/a": false, "/etc/b": true, "/etc/sub/b": true, "/etc/above": true} {
		if _, ok := got[name]; ok != there {
			t.Errorf("%s is there: %v; want %v", name, ok, there)
		}
	}
}
