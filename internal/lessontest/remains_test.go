package lessontest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
)

func TestMain(m *testing.M) { Main(m, nil) }

func TestNothingRemains(t *testing.T) {
	before := census()
	b, err := bench.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := remains(b, before, nil); len(left) > 0 {
		t.Errorf("remains = %q; want none", left)
	}
}

// TestRemainsAreSeen leaves things behind of each kind.
func TestRemainsAreSeen(t *testing.T) {
	orphan := func(t *testing.T, _ *bench.Bench) {
		// The shell ends, so that its child's parent is whoever takes orphans.
		out, err := exec.Command("sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!").Output()
		if err != nil {
			t.Fatal(err)
		}
		var pid int
		if _, err := fmt.Sscan(string(out), &pid); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Kill(pid, unix.SIGKILL); _, _ = unix.Wait4(pid, nil, 0, nil) })
	}
	for _, test := range []struct {
		what  string
		root  bool
		leave func(*testing.T, *bench.Bench)
	}{
		{"process", false, orphan},
		{"namespace", true, func(t *testing.T, _ *bench.Bench) {
			c := exec.Command("sleep", "60")
			c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUTS}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			ns, err := os.Open(fmt.Sprintf("/proc/%d/ns/uts", c.Process.Pid))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { ns.Close(); _ = c.Process.Kill(); _ = c.Wait() })
		}},
		{"mount", true, func(t *testing.T, _ *bench.Bench) {
			dir := t.TempDir()
			if err := unix.Mount("tmpfs", dir, "tmpfs", 0, ""); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
		}},
		{"/file", false, func(t *testing.T, b *bench.Bench) {
			f, err := os.Create(b.Path("file"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
		}},
	} {
		t.Run(test.what, func(t *testing.T) {
			if test.root && os.Geteuid() != 0 {
				t.Skip("it takes root to leave this behind")
			}
			before := census()
			b, err := bench.New(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if left := remains(b, before, nil); len(left) != 2 { // its directory and its lock
				t.Errorf("remains of a new bench = %q; want the directory and the lock", left)
			}
			test.leave(t, b)
			left := remains(b, before, namespacesOf(before))
			if all := strings.Join(left[:len(left)-1], "\n"); !strings.Contains(all, test.what) {
				t.Errorf("remains = %q; want a %s among them", left, test.what)
			}
			if err := b.Destroy(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
