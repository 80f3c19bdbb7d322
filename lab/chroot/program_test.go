package chroot_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/doctor"
	"byhand/lab/chroot"
	"byhand/lab/process"
	"byhand/lab/rootfs"
)

func needChroot(t *testing.T) {
	t.Helper()
	if found := doctor.Examine(t.Context(), doctor.Chroot); !found.OK {
		t.Skipf("this machine can't: %s: %s", found.What, found.Got)
	}
}

func mapOf(id int) string { return fmt.Sprintf("0 %d 1", id) }

func place(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// output runs a program inside a root and returns what it printed.
func output(t *testing.T, p chroot.Program) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := command(t, "chroot", p)
	c.Stdout, c.Stderr = w, w
	err = process.Run(t.Context(), nil, c, nil)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func buildRoot(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "rootfs")
	if err := rootfs.Build(t.Context(), rootfs.Source{Kind: rootfs.Host}, root, nil); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestRunGivesAProgramRootAndEnvironment runs real programs of a root.
func TestRunGivesAProgramRootAndEnvironment(t *testing.T) {
	t.Setenv("TERM", "a-terminal")
	t.Setenv("SECRET", "of the host's")
	root := buildRoot(t)
	env := output(t, chroot.Program{Root: root, Argv: []string{"/usr/bin/env"}})
	want := []string{
		"HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PS1=sandbox# ", "TERM=a-terminal",
	}
	got := strings.Split(strings.TrimSuffix(env, "\n"), "\n")
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("env inside = %q; want %q and nothing else of the host's", got, want)
	}
	place(t, filepath.Join(root, "only-inside"))
	if got, want := output(t, chroot.Program{Root: root, Argv: []string{"/bin/sh", "-c", "pwd; cat /only-inside"}}), "/\ntext\n"; got != want {
		t.Errorf("the shell inside printed %q; want %q", got, want)
	}
	// What is left open of byhand's own is a way out, or to its children's pipes.
	script := `for fd in 3 4 5 6 7 8 9; do (eval ": >&$fd") 2>/dev/null && echo "$fd"; done; true`
	if got := output(t, chroot.Program{Root: root, Argv: []string{"/bin/sh", "-c", script}}); got != "" {
		t.Errorf("descriptors open inside: %q; want none beyond 0, 1 and 2", got)
	}
}

func TestRunRefuses(t *testing.T) {
	empty := t.TempDir()
	err := process.Run(t.Context(), nil, command(t, "chroot", chroot.Program{Root: empty, Argv: []string{"/bin/sh"}}), nil)
	if !errors.Is(err, unix.ENOENT) || !strings.Contains(err.Error(), `execve("/bin/sh"`) {
		t.Errorf("Run in an empty root = %v; want ENOENT of execve", err)
	}
}

// TestExecStaysWhereItIs runs a program without another root.
func TestExecStaysWhereItIs(t *testing.T) {
	err := process.Run(t.Context(), nil, process.Command{Stage: "execute", Args: []string{"/no/such/program"}}, nil)
	if !errors.Is(err, unix.ENOENT) {
		t.Errorf("Exec of nothing = %v; want ENOENT", err)
	}
	p, err := process.Start(nil, process.Command{Stage: "execute", Args: []string{"/bin/sh", "-c", `test "$HOME" = /root && exit 7`}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Follow(t.Context(), nil); err != nil {
		t.Errorf("Exec(/bin/sh) = %v; want nil", err)
	}
	if status, err := p.Wait(); status != 7 || err != nil {
		t.Errorf("the shell's exit status = %d, %v; want 7", status, err)
	}
}
