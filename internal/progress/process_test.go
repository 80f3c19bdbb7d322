package progress

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestProcessesLoseNothing lets five processes make ten updates each, and five
// goroutines with descriptors of their own ten more, while others read.
func TestProcessesLoseNothing(t *testing.T) {
	s := newStore(t, future) // has one attempt already
	var wg, readers sync.WaitGroup
	done := make(chan struct{})
	for range 5 {
		wg.Go(func() {
			cmd := child(t, s, "ten updates")
			if err := cmd.Run(); err != nil {
				t.Errorf("ten updates: %v\n%s", err, cmd.Stderr)
			}
		})
		wg.Go(func() {
			if err := tenUpdates(s); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			state, notice, err := s.Load()
			if err != nil || notice != "" || !state.Done("not-yet-invented") {
				t.Errorf("Load between updates = %v, %q, %v; want a whole state", state, notice, err)
				return
			}
		}
	})
	wg.Wait()
	close(done)
	readers.Wait()
	if got, want := attempts(t, s), 1+50+50; got != want {
		t.Errorf("attempts = %d; want %d", got, want)
	}
}

// TestProcessesSetAsideOnce lets many readers meet one damaged file while an
// update replaces it: the new file must not be set aside with the old.
func TestProcessesSetAsideOnce(t *testing.T) {
	for range 20 {
		s := newStore(t, "damaged")
		var wg sync.WaitGroup
		notices := make(chan string, 9)
		for range 8 {
			wg.Go(func() {
				_, notice, err := s.Load()
				if err != nil {
					t.Error(err)
				}
				notices <- notice
			})
		}
		wg.Go(func() {
			notice, err := s.Update(begin)
			if err != nil {
				t.Error(err)
			}
			notices <- notice
		})
		wg.Wait()
		close(notices)
		said := 0
		for notice := range notices {
			if notice != "" {
				said++
			}
		}
		if said != 1 {
			t.Errorf("%d callers were told of one damaged file; want 1", said)
		}
		if got := attempts(t, s); got != 1 {
			t.Errorf("attempts = %d; want 1", got)
		}
	}
}

// TestKill kills a process that updates without pause, at many moments.
func TestKill(t *testing.T) {
	s := newStore(t, "")
	kept := 0
	for i := range 20 {
		cmd := child(t, s, "updates")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The first byte says that it is under way.
		if _, err := io.ReadFull(out, make([]byte, 1)); err != nil {
			t.Fatalf("read from the child: %v\n%s", err, cmd.Stderr)
		}
		time.Sleep(time.Duration(i) * 777 * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		more, err := io.ReadAll(out)
		if err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed, which is an error by design
		kept += 1 + len(more)
		// One more may be on the disk that the child had no time to report.
		if got := attempts(t, s); got != kept && got != kept+1 {
			t.Fatalf("after kill %d, attempts = %d; want %d or %d", i, got, kept, kept+1)
		}
		kept = attempts(t, s)
	}
}

// TestStaleNewFile begins where a process was killed between write and rename.
func TestStaleNewFile(t *testing.T) {
	s := newStore(t, future)
	if err := os.WriteFile(s.Dir+"/"+newName, []byte(`{"version":1,"less`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := attempts(t, s); got != 1 {
		t.Errorf("beside a stale file, attempts = %d; want 1", got)
	}
	update(t, s, begin)
	if got := attempts(t, s); got != 2 {
		t.Errorf("after Update, attempts = %d; want 2", got)
	}
	if _, err := os.Lstat(s.Dir + "/" + newName); err == nil {
		t.Errorf("after Update, %s is still there", newName)
	}
}

func TestFullDisk(t *testing.T) {
	cmd := child(t, newStore(t, ""), "full disk")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: me.UID, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: me.GID, Size: 1}},
	}
	err := cmd.Run()
	exit := (*exec.ExitError)(nil)
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == cannot:
		t.Skipf("a tmpfs of our own: %s", cmd.Stderr)
	case err != nil && exit == nil:
		t.Skipf("a user namespace of our own: %v", err)
	case err != nil:
		t.Errorf("on a full disk: %v\n%s", err, cmd.Stderr)
	}
}

func TestSizeLimit(t *testing.T) {
	cmd := child(t, newStore(t, ""), "size limit")
	if err := cmd.Run(); err != nil {
		t.Errorf("under RLIMIT_FSIZE: %v\n%s", err, cmd.Stderr)
	}
}
