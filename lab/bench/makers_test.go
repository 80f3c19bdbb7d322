package bench

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// TestDestroyWaitsForTheMaker has an unshare that is slow to leave after its
// child: it is stopped when the child is killed, and goes on a little later.
func TestDestroyWaitsForTheMaker(t *testing.T) {
	b, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	unshare := exec.Command("unshare", "--user", "--map-root-user", "--pid", "--fork", "env", b.Env(), "sleep", "60")
	if err := unshare.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- unshare.Wait() }()
	defer func() {
		_ = unshare.Process.Signal(unix.SIGCONT)
		_ = unshare.Process.Kill()
		<-done
	}()
	within(t, "the child stands in the bench", func() bool {
		pids, err := b.Processes()
		return err == nil && len(pids) == 1
	})
	if err := unshare.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	start, err := kernel.StartTime(unshare.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = unshare.Process.Signal(unix.SIGCONT) })
	if err := b.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kernel.Alive(unshare.Process.Pid, start) {
		t.Error("after Destroy unshare is still there; want it gone with its child")
	}
}

// TestDestroySparesTheMaker has a shell that made a pid namespace and stays.
func TestDestroySparesTheMaker(t *testing.T) {
	b, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// The child is born into the new namespace, the shell itself stays outside;
	// read is the shell's own, so that it needs no second child.
	shell := exec.Command("unshare", "--user", "--map-root-user", "--pid", "sh", "-c",
		"env "+b.Env()+" sleep 60 & read forever")
	in, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	shell.Stderr = os.Stderr
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close(); _ = shell.Wait() }()
	within(t, "the child stands in the bench", func() bool {
		pids, err := b.Processes()
		return err == nil && len(pids) == 1
	})
	if err := b.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	start, err := kernel.StartTime(shell.Process.Pid)
	if err != nil || !kernel.Alive(shell.Process.Pid, start) {
		t.Errorf("after Destroy the shell that made the namespace is gone (%v); want it spared", err)
	}
}

func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
