package cgroup

import (
	"testing"

	"golang.org/x/sys/unix"
)

const mib = 1 << 20

// readable is what can be read back of a limit: a kernel that counts no swap
// has nothing to limit it by.
func (g *Group) readable(l MemoryLimit) MemoryLimit {
	if d := g.Dirs[0]; !d.has("memory.memsw.limit_in_bytes") && !d.has("memory.swap.max") {
		l.Swap = Unlimited
	}
	return l
}

func TestLimitMemoryKillsAHog(t *testing.T) {
	g := made(t, Memory)
	t.Log(g.versions())
	limit := MemoryLimit{Bytes: 64 * mib}
	perform(t, g.LimitMemory(limit))
	if got, err := g.MemoryLimit(); err != nil || got != g.readable(limit) {
		t.Errorf("MemoryLimit() = %+v, %v; want %+v", got, err, limit)
	}
	modest := start(t, "allocate 8")
	perform(t, g.Join(modest.Process.Pid))
	modest.goOn(t)
	if got := modest.line(); got != "allocated 8" {
		t.Errorf("a process below the limit said %q; want it to live", got)
	}
	if s, err := g.MemoryStat(); err != nil || s.OOMKills != 0 || s.Peak == 0 || s.Current == 0 {
		t.Errorf("MemoryStat() = %+v, %v; want no kills, and some memory", s, err)
	}
	hog := start(t, "allocate 200")
	perform(t, g.Join(hog.Process.Pid))
	hog.goOn(t)
	said := hog.line()
	_ = hog.Wait()
	if ws := hog.ProcessState.Sys().(interface{ Signal() unix.Signal }); said != "" || ws.Signal() != unix.SIGKILL {
		t.Errorf("a hog above the limit said %q and ended by %v; want nothing, and SIGKILL", said, hog.ProcessState)
	}
	s, err := g.MemoryStat()
	if err != nil || s.OOMKills != 1 || s.Failures == 0 && g.Dirs[0].Version == 2 {
		t.Errorf("MemoryStat() = %+v, %v; want 1 kill and, on v2, some failures", s, err)
	}
	t.Logf("%+v", s)
	free := start(t, "allocate 200")
	free.goOn(t)
	if got := free.line(); got != "allocated 200" {
		t.Errorf("a hog outside said %q; want it to live", got)
	}
}

func TestMemoryFailuresAreCounted(t *testing.T) {
	g := made(t, Memory)
	perform(t, g.LimitMemory(MemoryLimit{Bytes: 32 * mib, Swap: 8 * mib}))
	hog := start(t, "allocate 100")
	perform(t, g.Join(hog.Process.Pid))
	hog.goOn(t)
	_ = hog.Wait()
	if s, err := g.MemoryStat(); err != nil || s.Failures == 0 || s.OOMKills == 0 {
		t.Errorf("MemoryStat() = %+v, %v; want failures and a kill", s, err)
	}
}

func TestLimitMemoryUpAndDown(t *testing.T) {
	g := made(t, Memory)
	for _, l := range []MemoryLimit{
		{80 * mib, 0}, {160 * mib, 0}, {160 * mib, 32 * mib}, {40 * mib, 8 * mib}, {40 * mib, 400 * mib},
		{300 * mib, 0}, {Unlimited, Unlimited}, {80 * mib, Unlimited}, {20 * mib, 0}, {Unlimited, Unlimited},
	} {
		if err := g.LimitMemory(l).Perform(nil); err != nil {
			t.Fatalf("LimitMemory(%+v): %v", l, err)
		}
		got, err := g.MemoryLimit()
		if err != nil || got != g.readable(l) {
			t.Errorf("MemoryLimit() = %+v, %v; want %+v", got, err, l)
		}
	}
}

func TestMemoryOrderOnV1(t *testing.T) {
	g := &Group{Name: "x", Dirs: []Dir{{Path: t.TempDir(), Version: 1, Mount: "/", Controllers: []Controller{Memory}}}}
	ops := g.LimitMemory(MemoryLimit{80 * mib, 20 * mib})
	if len(ops) != 2 || ops[0].Text != "83886080" || ops[1].Text != "104857600" {
		t.Errorf("LimitMemory of a fresh group = %v; want memory 80 MiB first, then both 100 MiB", ops)
	}
}
