package bench

import (
	"os"
	"os/exec"
	"testing"

	"byhand/internal/kernel"
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
