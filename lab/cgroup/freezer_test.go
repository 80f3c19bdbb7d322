package cgroup

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// counter is a child that counts in a file, and the page it counts in.
func counter(t *testing.T) (*job, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "count")
	if err := os.WriteFile(path, make([]byte, 8), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	page, err := unix.Mmap(int(f.Fd()), 0, 8, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Munmap(page) })
	return start(t, "count "+path), page
}

// moves reports whether the count changes soon.
func moves(page []byte) bool {
	from := page[0]
	for range 200 {
		time.Sleep(2 * time.Millisecond)
		if page[0] != from {
			return true
		}
	}
	return false
}

func TestFreezeStopsACounter(t *testing.T) {
	g := made(t, Freezer)
	t.Log(g.versions())
	inside, count := counter(t)
	outside, other := counter(t)
	perform(t, g.Join(inside.Process.Pid))
	inside.goOn(t)
	outside.goOn(t)
	if !moves(count) || !moves(other) {
		t.Fatal("a counter does not count before anything is frozen")
	}
	if frozen, err := g.Frozen(); err != nil || frozen {
		t.Errorf("Frozen() = %v, %v; want false", frozen, err)
	}
	if err := g.WaitFrozen(soon(t), nil); err != nil {
		t.Fatal(err)
	}
	if frozen, err := g.Frozen(); err != nil || !frozen {
		t.Errorf("Frozen() = %v, %v; want true", frozen, err)
	}
	if moves(count) {
		t.Error("the counter still rises in a frozen group")
	}
	if !moves(other) {
		t.Error("the counter outside stands still as well")
	}
	perform(t, g.Thaw())
	if !moves(count) {
		t.Error("the counter stands still in a thawed group")
	}
}

func TestKillEndsWhatIsFrozen(t *testing.T) {
	g := made(t, Freezer)
	inside, count := counter(t)
	outside, other := counter(t)
	perform(t, g.Join(inside.Process.Pid))
	inside.goOn(t)
	outside.goOn(t)
	if !moves(count) {
		t.Fatal("the counter does not count")
	}
	if err := g.WaitFrozen(soon(t), nil); err != nil {
		t.Fatal(err)
	}
	if err := g.Kill(soon(t), nil); err != nil {
		t.Fatal(err)
	}
	_ = inside.Wait()
	if got := inside.ProcessState.String(); got != "signal: killed" {
		t.Errorf("the process ended by %q; want signal: killed", got)
	}
	if pids, err := g.Processes(); err != nil || len(pids) != 0 {
		t.Errorf("Processes() = %v, %v; want none", pids, err)
	}
	if !moves(other) {
		t.Error("the process outside was hit")
	}
}
