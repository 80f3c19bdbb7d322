package rootless

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/doctor"
	"byhand/lab/idmap"
	"byhand/lab/process"
)

func TestMain(m *testing.M) {
	if process.IsChild() {
		os.Exit(process.ChildMain(process.Table{Stage: process.Typed(stand)}))
	}
	os.Exit(m.Run())
}

// stand says where it is, and stands until its input ends.
func stand(c *process.Child, _ struct{}) (space, error) {
	s, err := of(0)
	if err != nil {
		return s, err
	}
	c.Report(s)
	_, _ = os.Stdin.Read(make([]byte, 1))
	return s, nil
}

// begun starts one, and returns where it is and what ends it.
func begun(t *testing.T, dir string) (space, func()) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := Start(dir, process.Command{Stage: Stage, Args: struct{}{}, Stdin: r, Stderr: os.Stderr})
	if err != nil {
		w.Close()
		t.Fatal(err)
	}
	end := func() { w.Close(); _, _ = p.Wait() }
	var s space
	if err := p.Follow(t.Context(), &s); err != nil {
		end()
		t.Fatal(err)
	}
	return s, end
}

// TestStartSharesOneNamespace starts several, of which the first ends first.
func TestStartSharesOneNamespace(t *testing.T) {
	if f := doctor.Examine(t.Context(), doctor.UserNamespaces); !f.OK {
		t.Skipf("%s: %s", f.What, f.Got)
	}
	dir := t.TempDir()
	ours, err := of(0)
	if err != nil {
		t.Fatal(err)
	}
	first, endFirst := begun(t, dir)
	if first.User == ours.User || first.Mount == ours.Mount {
		t.Errorf("the first is in %v; want other namespaces than ours, %v", first, ours)
	}
	second, endSecond := begun(t, dir)
	endFirst()
	third, endThird := begun(t, dir)
	if second != first || third != first {
		t.Errorf("the others are in %v and %v; want %v", second, third, first)
	}
	other, endOther := begun(t, t.TempDir())
	if other.User == first.User || other.Mount == first.Mount {
		t.Errorf("that of another directory is in %v; want others than %v", other, first)
	}
	endOther()
	endSecond()
	endThird()
	// Nobody is left: whatever the file says, a new one is made.
	_, end := begun(t, dir)
	end()
}

// TestJoinTakesNobodyElses writes down the namespaces of a process that was not
// started for the engine: they may have had numbers that are others' by now.
func TestJoinTakesNobodyElses(t *testing.T) {
	if f := doctor.Examine(t.Context(), doctor.UserNamespaces); !f.OK {
		t.Skipf("%s: %s", f.What, f.Got)
	}
	c := exec.Command("sleep", "600")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	dir := t.TempDir()
	file := filepath.Join(dir, "rootless.json")
	if err := note(file, c.Process.Pid); err != nil {
		t.Fatal(err)
	}
	theirs, err := of(c.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	got, end := begun(t, dir)
	defer end()
	if got == theirs {
		t.Errorf("Start joined %v, which is somebody else's", got)
	}
}

func TestStartTellsWhatIsWrongWithItsFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rootless.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(dir, process.Command{Stage: Stage}); err == nil || !strings.Contains(err.Error(), "rootless.json") {
		t.Errorf("Start = %v; want an error that names the file", err)
	}
	if _, err := Start(filepath.Join(dir, "missing"), process.Command{Stage: Stage}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Start in a directory that is not there = %v; want ErrNotExist", err)
	}
}

func TestMarked(t *testing.T) {
	c := exec.Command("sleep", "600")
	c.Env = []string{idmap.Variable + "=/one"}
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	// Without this the first answer is wrong two times in five.
	settle(c.Process.Pid)
	for dir, want := range map[string]bool{"/one": true, "/on": false, "/one/more": false} {
		if got := marked(c.Process.Pid, dir); got != want {
			t.Errorf("marked(%q) = %t; want %t", dir, got, want)
		}
	}
}
