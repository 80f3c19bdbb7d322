package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/lessons"
)

// TestKilled kills byhand at moments drawn from its whole run, and wants
// `byhand clean` to leave nothing: once in a run of all lessons that measure
// nothing, and once in each of the others.
func TestKilled(t *testing.T) {
	t.Parallel()
	var slow []string
	for _, l := range lessons.Syllabus() {
		if !slices.Contains(quick, l.Name) {
			slow = append(slow, l.Name)
		}
	}
	t.Run("next", func(t *testing.T) { killOften(t, 25, slow, "next", "--all", "--yes") })
	for _, l := range lessons.Syllabus() {
		if slices.Contains(quick, l.Name) {
			continue
		}
		t.Run(l.Name, func(t *testing.T) {
			if why := lack(t, l); why != "" {
				t.Skipf("lesson %s can't run here: %s", l.Name, why)
			}
			killOften(t, 3, slices.Concat(quick, slow), l.Name, "--yes")
		})
	}
}

// killOften runs byhand once to its end, and then n times to a moment of that
// time, with the lessons named passed already.
func killOften(t *testing.T, n int, passed []string, args ...string) {
	home := t.TempDir()
	pass(t, home, passed)
	begun := time.Now()
	succeed(t, home, args...)
	duration := time.Since(begun)
	if testing.Short() {
		n = (n + 4) / 5
	}
	moments := rand.New(rand.NewPCG(1, 2))
	for range n {
		delay := time.Duration(moments.Int64N(int64(duration)))
		t.Run(fmt.Sprint(delay.Round(time.Millisecond)), func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			pass(t, home, passed)
			killOnce(t, home, delay, args)
		})
	}
}

func killOnce(t *testing.T, home string, delay time.Duration, args []string) {
	machine := ownMachine(t)
	c := byhand(t, home, args...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	// The sandbox has the pipes of its own only, but what is about to become
	// one still has byhand's.
	c.WaitDelay = 5 * time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(delay)
	_ = c.Process.Kill()

	_ = c.Wait()

	cleaned := succeed(t, home, "clean")
	running := processes(home, c.Process.Pid)
	for _, what := range running {
		t.Logf("after clean still ending: %s", what)
	}
	noProcesses(t, home, c.Process.Pid)
	for _, what := range machine.left(t, home, benches(out.String())...) {
		t.Errorf("left behind: %s", what)
	}
	if t.Failed() {
		t.Logf("killed after:\n%s\ncleaned:\n%s", out.String(), cleaned)
	}
	if again := succeed(t, home, "clean"); again != "" {
		t.Errorf("a second byhand clean says %q; want nothing left to clean", again)
	}
	if list := succeed(t, home, "list"); strings.Count(list, "\n") < len(lessons.Syllabus()) || strings.Contains(list, "byhand:") {
		t.Errorf("byhand list says %q; want every lesson and no notice", list)
	}
}
