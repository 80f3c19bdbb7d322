package diagnose

import (
	"fmt"
	"path/filepath"

	"byhand/lab/cgroup"
)

// Alone says why a process that should be in a group is not, and first of all
// where the group has a limit and holds no process at all.
func Alone(g *cgroup.Group, pid int) string {
	command := ""
	for _, d := range g.Dirs {
		command += fmt.Sprintf("; echo %d >%s", pid, filepath.Join(d.Path, "cgroup.procs"))
	}
	if pids, err := g.Processes(); err == nil && len(pids) == 0 {
		if limit := limitOf(g); limit != "" {
			return "the group has " + limit + " and holds no process, so that it holds nobody back: the process was not moved there" + command
		}
	}
	return "the process was not moved there, or only another one was: a child born before its parent was moved stays where it was" + command
}

// limitOf describes the limit that a group has, or is empty.
func limitOf(g *cgroup.Group) string {
	if l, err := g.CPULimit(); err == nil && l.Quota > 0 {
		return fmt.Sprintf("a quota of %d of %d us", l.Quota.Microseconds(), l.Period.Microseconds())
	}
	if l, err := g.MemoryLimit(); err == nil && l.Bytes != cgroup.Unlimited {
		return fmt.Sprintf("a limit of %.0f MB", float64(l.Bytes)/(1<<20))
	}
	return ""
}

// WrongQuota says what is wrong with a quota that was read back; wanted is the
// one that was to be written.
func WrongQuota(g *cgroup.Group, wanted cgroup.Bandwidth) string {
	written := "the quota was not written, or to another group: " + commands(g.LimitCPU(wanted))
	set, err := g.CPULimit()
	if err != nil || set.Quota <= 0 || set.Period <= 0 {
		return written
	}
	have, want := float64(set.Quota)/float64(set.Period), float64(wanted.Quota)/float64(wanted.Period)
	if have > want {
		return fmt.Sprintf("the limit is above what it is to be, %.0f %% of one CPU in place of %.0f %%: who uses less is never held back: %s", 100*have, 100*want, commands(g.LimitCPU(wanted)))
	}
	return written
}

// WrongMemory says what is wrong with a limit of memory that was read back.
func WrongMemory(g *cgroup.Group, wanted cgroup.MemoryLimit) string {
	mend := commands(g.LimitMemory(wanted))
	set, err := g.MemoryLimit()
	if err != nil || set.Bytes == cgroup.Unlimited {
		return "the limit was not written, or to another group: " + mend
	}
	if s, err := g.MemoryStat(); err == nil && set.Bytes > wanted.Bytes {
		return fmt.Sprintf("the limit is above what is used, now %.0f MB of %.0f MB: it will not be met: %s", float64(s.Current)/(1<<20), float64(set.Bytes)/(1<<20), mend)
	}
	return "the limit was not written as asked, or to another group: " + mend
}

// SwapFree says that what does not fit into memory would go to swap.
func SwapFree(g *cgroup.Group, wanted cgroup.MemoryLimit) string {
	return "swap is not limited: what is above the limit of memory would go there, and nothing would be killed: " + commands(g.LimitMemory(wanted))
}

// commands writes changes on one line.
func commands(ops cgroup.Ops) string {
	text := ""
	for i, op := range ops {
		if i > 0 {
			text += "; "
		}
		one := cgroup.Ops{op}
		one[0].Why = ""
		text += one.Shell()[:len(one.Shell())-1]
	}
	return text
}
