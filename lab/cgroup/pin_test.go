package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// pinned makes a group in the pin, or skips.
func pinned(t *testing.T) *Group {
	t.Helper()
	g := group(t, CPU)
	if d := g.Dirs[0]; !d.pinned() {
		if os.Geteuid() == 0 && d.Version == 2 && realRoot(d.Mount) {
			t.Fatalf("groups of root are made in %s; want them in a pin", filepath.Dir(d.Path))
		}
		t.Skip("groups are not right below the root of a v2 tree: " + g.versions())
	}
	return g
}

func TestSystemdLeavesOurLimits(t *testing.T) {
	g := pinned(t)
	if comm, _ := os.ReadFile("/proc/1/comm"); string(comm) != "systemd\n" {
		t.Skip("process 1 is not systemd")
	}
	if slices.Contains(switchedOn(), "cpu") {
		t.Skip("a unit of systemd's wants cpu here, so it won't be switched off")
	}
	if err := g.Make(nil); err != nil {
		t.Fatal(err)
	}
	perform(t, g.LimitCPU(Percent(7)))
	unit := func() {
		t.Helper()
		if out, err := exec.Command("systemd-run", "--wait", "--collect", "-p", "Delegate=yes", "true").CombinedOutput(); err != nil {
			t.Fatalf("systemd-run: %v: %s", err, out)
		}
		time.Sleep(time.Second)
	}
	unit()
	if b, err := g.CPULimit(); err != nil || b != Percent(7) {
		t.Errorf("CPULimit() after a unit came and went = %v, %v; want %v", b, err, Percent(7))
	}
	// Control: a group right below the root loses its limit.
	if err := g.Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	root := &Group{Name: g.Name, Dirs: []Dir{{Path: filepath.Join(g.Dirs[0].Mount, g.Name), Version: 2, Mount: g.Dirs[0].Mount, Controllers: []Controller{CPU}, Enable: []string{g.Dirs[0].Mount}}}}
	if err := root.Make(nil); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Remove(t.Context(), nil) }()
	perform(t, root.LimitCPU(Percent(7)))
	unit()
	if b, err := root.CPULimit(); err == nil {
		t.Errorf("CPULimit() right below the root = %v; want it gone", b)
	}
}

func TestMakeAndRemoveAtOnce(t *testing.T) {
	first := pinned(t)
	pin := filepath.Dir(first.Dirs[0].Path)
	before := switchedOn()
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			for i := range 8 {
				g, err := New(fmt.Sprintf("%s-%d-%d", first.Name, n, i), CPU, Memory)
				if err == nil {
					err = g.Make(nil)
				}
				if err == nil {
					err = errors.Join(g.LimitCPU(Percent(20)).Perform(nil), g.LimitMemory(MemoryLimit{Bytes: mib}).Perform(nil))
				}
				if err == nil {
					err = g.Remove(t.Context(), nil)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if _, err := os.Stat(pin); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stat %s = %v; want it gone with the last group", pin, err)
	}
	if after := switchedOn(); !slices.Equal(before, after) {
		t.Errorf("switched on in the root: %v; want %v as before", after, before)
	}
}

func TestTidyAfterACrash(t *testing.T) {
	g := pinned(t)
	before := switchedOn()
	ops := g.Create()
	for n := range len(ops) + 1 {
		perform(t, ops[:n])
		if err := g.Remove(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(g.Dirs[0].Mount, pin)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("after %d of %d changes and Remove, stat of the pin = %v; want it gone", n, len(ops), err)
		}
		if after := switchedOn(); !slices.Equal(before, after) {
			t.Errorf("after %d of %d changes and Remove, switched on in the root: %v; want %v", n, len(ops), after, before)
		}
	}
}

func TestTidyLeavesWhatOthersUse(t *testing.T) {
	g := pinned(t)
	root := g.Dirs[0].Mount
	if slices.Contains(switchedOn(), "cpu") {
		t.Skip("cpu is on in the root, and so not ours to switch off")
	}
	if err := g.Make(nil); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(root, g.Name+"-other")
	weight := Op{Verb: Write, Path: filepath.Join(other, "cpu.weight"), Text: "200"}
	perform(t, Ops{{Verb: Mkdir, Path: other}, weight})
	if err := g.Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := words(weight.Path); !slices.Equal(got, []string{"200"}) {
		t.Errorf("another's cpu.weight after Remove = %v; want 200", got)
	}
	perform(t, Ops{{Verb: Rmdir, Path: other}, {Verb: Write, Path: filepath.Join(root, "cgroup.subtree_control"), Text: "-cpu"}})
}
