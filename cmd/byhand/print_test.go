package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
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
// the learner would, root or not, and wants byhand check to accept what it made.
// Then it runs the last lines, and wants nothing left: no process, group, mount
// or directory. Each lesson must leave something before, or its last lines would
// prove nothing.
func TestEveryPrintedScriptIsTakenAway(t *testing.T) {
	home := unlocked(t)
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
			// A process that executes its program has no environment for a moment.
			for deadline := time.Now().Add(10 * time.Second); len(standing(t, b)) < 2; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("left by the script: %q; want its directory and a process", standing(t, b))
				}
			}
			checked(t, home, l, b)
			scope, _ := os.ReadFile(b.Path("scope"))
			if dir := strings.TrimSpace(string(scope)); l.Prepare != nil && delegates(t) && !exists(filepath.Join(dir, b.GroupName())) {
				t.Errorf("group %s in scope %q does not exist; want one in a scope that systemd made", b.GroupName(), dir)
			}
			bash(t, b, strings.ReplaceAll("\n"+last, "\n# ", "\n"))
			var left []string
			for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
				left = standing(t, b)
				// systemd takes the scope away, once nobody is in it.
				if dir := strings.TrimSpace(string(scope)); exists(dir) {
					left = append(left, "scope "+dir)
				}
				if len(left) == 0 {
					return
				}
			}
			t.Errorf("left by the script's last lines: %q; want nothing", left)
		})
	}
}

// checked waits until byhand check accepts what the script of a lesson made: the
// shell inside may still be at what it was told.
func checked(t *testing.T, home string, l lesson.Lesson, b *bench.Bench) {
	t.Helper()
	pid := sandboxed(t, b)
	for deadline := time.Now().Add(time.Minute); ; {
		c := byhand(t, home, "check", l.Name, "--pid", pid, "--json")
		c.Env = append(c.Env, "LAB="+b.Dir)
		out, err := c.Output()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("byhand check %s = %v; it refuses %q", l.Name, err, refusals(t, string(out)))
		}
	}
}

// sandboxed is the number of the sandbox that a script has made: where several
// stand, the container's, and where that has ended, as is to be, the other one's.
func sandboxed(t *testing.T, b *bench.Bench) string {
	t.Helper()
	for _, name := range []string{"pid", "box", "pipe/pid"} {
		text, _ := os.ReadFile(b.Path(name))
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			continue
		}
		if s, err := kernel.ReadStat(pid); err == nil && !s.Ended() {
			return strconv.Itoa(pid)
		}
	}
	t.Fatalf("no process that stands is named in %s", b.Dir)
	return ""
}

// delegates reports whether a script has to ask systemd for a part of the cgroup
// tree, and gets it.
func delegates(t *testing.T) bool {
	t.Helper()
	_, err := cgroup.Locate(cgroup.Freezer)
	return errors.Is(err, cgroup.ErrNotDelegated) && cgroup.CanDelegate(t.Context())
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return path != "" && err == nil
}

// bash runs a script for a bench, which the mark in the environment lets it find
// all processes of, whatever becomes of them.
func bash(t *testing.T, b *bench.Bench, text string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-euc", text)
	c.Env = append(os.Environ(), "LAB="+b.Dir, b.Env(), "PATH="+filepath.Dir(binary(t))+":"+os.Getenv("PATH"))
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
	if exists(b.Dir) {
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
