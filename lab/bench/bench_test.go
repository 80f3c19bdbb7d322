package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

func TestDestroyEndsWhatIsRecorded(t *testing.T) {
	b, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Neither its root nor its environment tells whose it is.
	sleep := exec.Command("sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	pid := sleep.Process.Pid
	start, err := kernel.StartTime(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Record(pid); err != nil {
		t.Fatal(err)
	}
	if err := b.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kernel.Alive(pid, start) {
		_ = sleep.Process.Kill()
		t.Errorf("process %d still runs after Destroy", pid)
	}
	if _, err := os.Stat(b.Dir); !os.IsNotExist(err) {
		t.Errorf("stat %s = %v; want it gone", b.Dir, err)
	}
}

func TestOpenRefusesABenchInUse(t *testing.T) {
	b, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(b.Dir); err == nil {
		t.Error("Open of a bench in use = nil; want an error")
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(b.Dir)
	if err != nil {
		t.Fatalf("Open of a bench left behind = %v; want nil", err)
	}
	if err := again.Destroy(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestDestroyRemovesAdoptedGroups makes a group of another name, with a
// process in it and a group below.
func TestDestroyRemovesAdoptedGroups(t *testing.T) {
	place, err := cgroup.Locate(cgroup.Freezer)
	if err != nil {
		t.Skipf("no group can be made here: %v", err)
	}
	b, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	before, err := cgroup.All()
	if err != nil {
		t.Fatal(err)
	}
	outer := filepath.Join(place.Parent, "adopted-"+b.ID)
	inner := filepath.Join(outer, "below")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = os.Remove(inner), os.Remove(outer) })
	sleep := exec.Command("sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = sleep.Wait() }()
	if err := os.WriteFile(filepath.Join(inner, "cgroup.procs"), []byte(strconv.Itoa(sleep.Process.Pid)), 0); err != nil {
		t.Fatal(err)
	}
	dirs, err := before.Holds(sleep.Process.Pid)
	if err != nil || !slices.Equal(dirs, []string{outer}) {
		t.Fatalf("Holds(%d) = %q, %v; want [%q]", sleep.Process.Pid, dirs, err, outer)
	}
	if err := b.Adopt(dirs...); err != nil {
		t.Fatal(err)
	}
	if err := b.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(outer); !os.IsNotExist(err) {
		t.Errorf("stat %s = %v; want it gone", outer, err)
	}
}
