package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/internal/kernel"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons"
)

// TestEveryPrintedScriptIsOne has bash, and shellcheck where there is one, read
// what each lesson prints for the learner.
func TestEveryPrintedScriptIsOne(t *testing.T) {
	checks := [][]string{{"bash", "-n"}}
	if _, err := exec.LookPath("shellcheck"); err == nil {
		checks = append(checks, []string{"shellcheck"})
	} else {
		t.Log("no shellcheck here: bash alone reads the scripts")
	}
	dir := t.TempDir()
	for _, l := range lessons.Syllabus() {
		path := filepath.Join(dir, l.Name+".sh")
		if err := os.WriteFile(path, []byte(script(l, &bench.Bench{Source: "host"})), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, check := range checks {
			if out, err := exec.CommandContext(t.Context(), check[0], append(check[1:], path)...).CombinedOutput(); err != nil {
				t.Errorf("%v of lesson %s: %v\n%s", check, l.Name, err, out)
			}
		}
	}
}

// TestEveryPrintedScriptIsTakenAway runs what each lesson prints, under bash as
// the learner would, and then its last lines, and wants nothing left of it: no
// process, group, mount or directory. Each lesson must leave something before,
// or its last lines would prove nothing.
func TestEveryPrintedScriptIsTakenAway(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("as root: the scripts call chroot(2) and make groups below the machine's")
	}
	for _, l := range lessons.Syllabus() {
		t.Run(l.Name, func(t *testing.T) {
			if why := lack(t, l); why != "" {
				t.Skipf("the lesson can't run here: %s", why)
			}
			b, err := bench.New(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			// The bench's own way to clean up, should the script's fail. It begins
			// in the directory, which the script has taken away by then.
			t.Cleanup(func() {
				if err := os.MkdirAll(b.Dir, 0o755); err != nil {
					t.Error(err)
				}
				if err := b.Destroy(context.Background()); err != nil {
					t.Errorf("Destroy = %v", err)
				}
			})
			b.Source = "host"
			text := script(l, b)
			_, last, found := strings.Cut(text, takeAway+"\n")
			if !found {
				t.Fatalf("the script has no line %q", takeAway)
			}
			bash(t, b, text)
			if left := standing(t, b); len(left) < 2 {
				t.Fatalf("left by the script: %q; want its directory and a process", left)
			}
			bash(t, b, strings.ReplaceAll("\n"+last, "\n# ", "\n"))
			var left []string
			for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
				if left = standing(t, b); len(left) == 0 {
					return
				}
			}
			t.Errorf("left by the script's last lines: %q; want nothing", left)
		})
	}
}

// bash runs a script for a bench, which the mark in the environment lets it find
// all processes of, whatever becomes of them.
func bash(t *testing.T, b *bench.Bench, text string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-euc", text)
	c.Env = append(os.Environ(), "LAB="+b.Dir, b.Env())
	// What stays may hold the output open.
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c.Stdout, c.Stderr = out, out
	if err := c.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		t.Fatalf("the script: %v\n%s", err, tail(said))
	}
}

// standing is what is left of a bench.
func standing(t *testing.T, b *bench.Bench) (left []string) {
	t.Helper()
	if _, err := os.Lstat(b.Dir); err == nil {
		left = append(left, b.Dir)
	}
	pids, err := kernel.PIDs()
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if slices.Contains(strings.Split(string(environ), "\x00"), b.Env()) {
			left = append(left, fmt.Sprintf("process %d", pid))
		}
	}
	groups, err := cgroup.Sweep(b.GroupName())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		left = append(left, "group "+g.Name)
	}
	mounts, err := kernel.Mounts(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mounts {
		if strings.HasPrefix(m.Target, b.Dir) {
			left = append(left, "mount "+m.Target)
		}
	}
	return left
}
