package cgroup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"byhand/lab/sys"
)

// here are the controllers that this machine and user have.
func here(t *testing.T) []Controller {
	t.Helper()
	var list []Controller
	for _, c := range []Controller{CPU, CPUAcct, Memory, PIDs, Freezer} {
		_, err := Locate(c)
		if errors.Is(err, ErrNotDelegated) && delegated() == nil {
			_, err = Locate(c)
			if errors.Is(err, ErrNotDelegated) {
				t.Fatalf("after Delegate: %v", err)
			}
		}
		if err == nil {
			list = append(list, c)
		} else {
			t.Log(err)
		}
	}
	if len(list) == 0 {
		t.Skip("no controller may be used here")
	}
	return list
}

func TestSweepFindsWhatWasLeft(t *testing.T) {
	g := made(t, here(t)...)
	inner := filepath.Join(g.Dirs[0].Path, "inner")
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	hog := start(t, "spin")
	for _, d := range g.Dirs[1:] {
		perform(t, Ops{d.write("cgroup.procs", fmt.Sprint(hog.Process.Pid))})
	}
	if err := os.WriteFile(inner+"/cgroup.procs", []byte(fmt.Sprint(hog.Process.Pid)), 0); err != nil {
		t.Fatal(err)
	}
	found, err := Sweep(g.Name)
	if err != nil || len(found) != 1 || found[0].Name != g.Name {
		t.Fatalf("Sweep(%q) = %v, %v; want that group", g.Name, found, err)
	}
	paths := func(g *Group) (list []string) {
		for _, d := range g.Dirs {
			list = append(list, d.Path)
		}
		slices.Sort(list)
		return list
	}
	if got, want := paths(found[0]), paths(g); !slices.Equal(got, want) {
		t.Errorf("Sweep found %v; want %v", got, want)
	}
	if pids, err := found[0].Processes(); err != nil || !slices.Equal(pids, []int{hog.Process.Pid}) {
		t.Errorf("Processes() = %v, %v; want %d", pids, err, hog.Process.Pid)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := found[0].Remove(short, nil); err == nil || !strings.Contains(err.Error(), fmt.Sprint(hog.Process.Pid)) {
		t.Errorf("Remove of a group with a process = %v; want an error that names process %d", err, hog.Process.Pid)
	}
	if err := found[0].Kill(soon(t), nil); err != nil {
		t.Fatal(err)
	}
	if err := found[0].Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := Tidy(nil); err != nil {
		t.Fatal(err)
	}
	if found, err := Sweep(g.Name); err != nil || len(found) != 0 {
		t.Errorf("Sweep(%q) = %v, %v; want none", g.Name, found, err)
	}
	if _, err := Sweep(""); err == nil {
		t.Error(`Sweep("") = nil; want an error`)
	}
}

func TestJoinSelfThenExec(t *testing.T) {
	g := made(t, here(t)...)
	raw, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	j := start(t, "join "+string(raw))
	out, _ := io.ReadAll(j.out)
	for _, d := range g.Dirs {
		rel, _ := filepath.Rel(d.Mount, d.Path)
		if !strings.Contains(string(out), ":/"+rel+"\n") {
			t.Errorf("a process that joined %s has\n%s", d.Path, out)
		}
	}
}

func TestOfFindsAProcess(t *testing.T) {
	controllers := here(t)
	g := made(t, controllers...)
	hog := start(t, "spin")
	perform(t, g.Join(hog.Process.Pid))
	got, err := Of(hog.Process.Pid, controllers...)
	if err != nil || got.Name != g.Name || len(got.Dirs) != len(g.Dirs) {
		t.Fatalf("Of(%d) = %+v, %v; want %+v", hog.Process.Pid, got, err, g)
	}
	for i := range g.Dirs {
		if got.Dirs[i].Path != g.Dirs[i].Path {
			t.Errorf("Of(%d) in %s; want %s", hog.Process.Pid, got.Dirs[i].Path, g.Dirs[i].Path)
		}
	}
	if own, err := Of(0, controllers...); err != nil || own.Name == g.Name {
		t.Errorf("Of(0) = %v, %v; want our own group", own, err)
	}
}

func TestBornInside(t *testing.T) {
	g := made(t, here(t)...)
	dir, err := g.Open()
	if err != nil {
		t.Fatal(err)
	}
	if dir == nil {
		t.Skip("CLONE_INTO_CGROUP is for v2, and these are " + g.versions())
	}
	defer dir.Close()
	cmd := exec.Command("/bin/cat", "/proc/self/cgroup")
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd())}
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), g.Name) {
		t.Errorf("a child born inside has %q, %v; want %s", out, err, g.Name)
	}
}

func TestMakeIsRecorded(t *testing.T) {
	g := group(t, Freezer)
	var calls []string
	trace := sys.NewTracer(func(c sys.Call) { calls = append(calls, c.String()) })
	if err := g.Make(trace); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`mkdirat(AT_FDCWD, "%s", 0755) = 0`, g.Dirs[0].Path)
	if len(calls) == 0 || calls[len(calls)-1] != want {
		t.Errorf("Make recorded %q; want %s last", calls, want)
	}
	// Nobody else's group is taken for ours.
	if err := g.Make(nil); !errors.Is(err, os.ErrExist) {
		t.Errorf("Make of a group that exists = %v; want it to exist", err)
	}
	if _, err := New("a/b", Freezer); err == nil {
		t.Error(`New("a/b") = nil; want an error`)
	}
}

func TestControllerThatTheGroupLacks(t *testing.T) {
	g := &Group{Name: "x", Dirs: []Dir{{Path: t.TempDir(), Version: 1, Controllers: []Controller{Memory}}}}
	if err := g.LimitCPU(Percent(20)).Perform(nil); err == nil || !strings.Contains(err.Error(), "controller cpu") {
		t.Errorf("LimitCPU without cpu = %v; want an error that names the controller", err)
	}
	if sh := g.LimitCPU(Percent(20)).Shell(); exec.Command("bash", "-eu", "-c", sh).Run() == nil {
		t.Errorf("%q succeeds; want it to fail", sh)
	}
}
