package cgroup

import (
	"fmt"
	"path/filepath"
)

// MemoryStat are the few of the kernel's numbers that matter, in bytes unless
// said otherwise.
type MemoryStat struct {
	// Current is everything charged to the group.
	Current int64
	// Peak is the most that Current has been; Unlimited where the kernel
	// doesn't keep it (v2 before Linux 5.19).
	Peak int64
	// Anon is what processes have allocated, File the page cache of files that
	// they have read or written, Swap what is swapped out.
	Anon, File, Swap int64
	// InactiveFile is the part of File that goes first where memory is wanted.
	InactiveFile int64
	// OOMKills counts processes killed because the limit left no other way.
	OOMKills int64
	// Failures counts how often a request met the limit. On v1 newer kernels
	// (6.18, not yet 6.1) don't count at the limit of memory and swap together,
	// which is the one that is met where MemoryLimit.Swap is 0.
	Failures int64
}

// MemoryStat reads the counters: of memory.stat, memory.events and their like
// on v1, memory.oom_control and memory.failcnt.
func (g *Group) MemoryStat() (MemoryStat, error) {
	d, err := g.Dir(Memory)
	if err != nil {
		return MemoryStat{}, err
	}
	stat, err := d.table("memory.stat")
	if err != nil {
		return MemoryStat{}, err
	}
	if d.Version == 1 {
		return d.memoryV1(stat)
	}
	return d.memoryV2(stat)
}

func (d Dir) memoryV1(stat map[string]int64) (s MemoryStat, err error) {
	s = MemoryStat{Anon: stat["total_rss"], File: stat["total_cache"], Swap: stat["total_swap"], InactiveFile: stat["total_inactive_file"]}
	if s.Current, err = d.number("memory.usage_in_bytes"); err != nil {
		return s, err
	}
	if s.Peak, err = d.number("memory.max_usage_in_bytes"); err != nil {
		return s, err
	}
	if s.Failures, err = d.number("memory.failcnt"); err != nil {
		return s, err
	}
	// Without swap both limits are the same, and the sum's is met first.
	if d.has("memory.memsw.failcnt") {
		more, err := d.number("memory.memsw.failcnt")
		if err != nil {
			return s, err
		}
		s.Failures += more
	}
	s.OOMKills, err = d.field("memory.oom_control", "oom_kill")
	return s, err
}

func (d Dir) memoryV2(stat map[string]int64) (s MemoryStat, err error) {
	s = MemoryStat{Anon: stat["anon"], File: stat["file"], InactiveFile: stat["inactive_file"], Peak: Unlimited}
	if s.Current, err = d.number("memory.current"); err != nil {
		return s, err
	}
	if d.has("memory.peak") {
		if s.Peak, err = d.number("memory.peak"); err != nil {
			return s, err
		}
	}
	if d.has("memory.swap.current") {
		if s.Swap, err = d.number("memory.swap.current"); err != nil {
			return s, err
		}
	}
	events, err := d.table("memory.events")
	s.Failures, s.OOMKills = events["max"], events["oom_kill"]
	return s, err
}

// MemoryStatShell writes the command that shows Anon and File.
func (g *Group) MemoryStatShell() string {
	anon, file, path := g.memoryStat()
	return fmt.Sprintf("grep -E '^(%s|%s) ' %s\n", anon, file, path)
}

// AwaitAnonShell writes the command that waits until Anon is above a number of
// bytes.
func (g *Group) AwaitAnonShell(bytes int64) string {
	anon, _, path := g.memoryStat()
	return fmt.Sprintf("until [ \"$(sed -n 's/^%s //p' %s)\" -gt %d ]; do sleep 0.1; done\n", anon, path, bytes)
}

// memoryStat is what memory.stat calls two numbers, and a shell's word for its
// path.
func (g *Group) memoryStat() (anon, file, path string) {
	anon, file = "anon", "file"
	for _, d := range g.Dirs {
		if d.Version == 1 {
			anon, file = "total_rss", "total_cache"
		}
		path = Word(filepath.Join(d.Path, "memory.stat"))
	}
	return anon, file, path
}
