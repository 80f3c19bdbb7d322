package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTwoAtOnce runs several byhands with one home at the same time: each ends
// well, and what each has earned is kept.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	machine := ownMachine(t)
	home := unlocked(t)
	var all sync.WaitGroup
	for _, name := range append(slices.Clone(quick), quick...) {
		c := byhand(t, home, name, "--yes")
		var out strings.Builder
		c.Stdout, c.Stderr = &out, &out
		// Here, since the goroutines below are on threads with the machine's
		// own mounts.
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			if err := c.Wait(); err != nil {
				t.Errorf("byhand %s beside others = %v; want success\n%s", name, err, out.String())
			}
		})
		defer noProcesses(t, home, c.Process.Pid)
	}
	all.Wait()
	for _, name := range quick {
		if got := records(t, home)[name]; got.How != "do" || got.Attempts != 2 || len(got.Evidence) == 0 {
			t.Errorf("the record of %s is %+v; want it earned in two attempts, with evidence", name, got)
		}
	}
	for _, what := range machine.left(t, home) {
		t.Errorf("left behind: %s", what)
	}
}

// TestCleanBesideARun lets `byhand clean` come between two steps of another's
// lesson, whose bench must stay, and beside which one left behind must go.
func TestCleanBesideARun(t *testing.T) {
	t.Parallel()
	machine := ownMachine(t)
	home := unlocked(t)
	left := benches(succeed(t, home, "unshare", "--yes", "--keep"))
	x := onTerminal(t, 50, 60, byhand(t, home, "proc-mounts"))
	x.readProse()
	for step := range 3 {
		x.awaitText("press Enter to go on", step+1)
		running := benches(x.text())
		said := succeed(t, home, "clean")
		if len(running) != 1 || !strings.Contains(said, "in use by another byhand: "+running[0]+"\n") {
			t.Fatalf("byhand clean beside bench %q says %q; want that it is in use", running, said)
		}
		if removed := strings.Contains(said, "removed "+left[0]+"\n"); removed != (step == 0) {
			t.Errorf("byhand clean, beside bench %q left behind and step %d of a run, says %q", left, step+1, said)
		}
		if step < 2 {
			x.press("\r")
		}
	}
	x.attend("the end of the quiz", func() bool { return strings.Contains(x.text(), " answers right") })
	if got := x.status(10 * time.Second); got != 0 {
		t.Errorf("the lesson beside which byhand clean ran ended with status %d; want 0; shown: %q", got, x.end())
	}
	if got := records(t, home)["proc-mounts"]; got.How != "do" {
		t.Errorf("the record of proc-mounts is %+v; want it earned", got)
	}
	noProcesses(t, home, x.command.Process.Pid)
	for _, what := range machine.left(t, home) {
		t.Errorf("left behind: %s", what)
	}
}
