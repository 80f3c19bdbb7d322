package guide

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/doctor"
	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// groups are the cgroups that a person makes in the shell, under whatever
// names: one in which nobody is yet is what they may mean by the lesson's, and
// those that their processes are in go with the bench.
type groups struct {
	// before are those that there were; nil in a lesson that needs none.
	before cgroup.Directories
	// made are the names of those that are new, the latest last.
	made []string
}

// groupsNow begins to look out for groups where the lesson is about them.
func groupsNow(l lesson.Lesson) groups {
	if !slices.Contains(l.Needs, doctor.CgroupCPU) && !slices.Contains(l.Needs, doctor.CgroupMemory) {
		return groups{}
	}
	// What can't be listed is not looked out for: only byhand's names count.
	before, _ := cgroup.All()
	return groups{before: before}
}

// latest is the name of the newest group, other byhands' left out; empty where
// there is none.
func (g *groups) latest() string {
	if g.before == nil {
		return ""
	}
	now, err := cgroup.All()
	if err != nil {
		return ""
	}
	there := map[string]bool{}
	for _, dir := range now.Since(g.before) {
		name := filepath.Base(dir)
		there[name] = true
		if !strings.HasPrefix(name, "byhand") && !slices.Contains(g.made, name) {
			g.made = append(g.made, name)
		}
	}
	g.made = slices.DeleteFunc(g.made, func(name string) bool { return !there[name] })
	if len(g.made) == 0 {
		return ""
	}
	return g.made[len(g.made)-1]
}

// adopt leaves to the bench the new groups that our descendants are in.
func (g *groups) adopt(b *bench.Bench) {
	if g.before == nil {
		return
	}
	family, _ := kernel.Descendants(os.Getpid())
	for _, p := range family {
		if dirs, err := g.before.Holds(p.PID); err == nil {
			_ = b.Adopt(dirs...) // what is not written down now will be at the next glance
		}
	}
}

// remove takes away the new groups that nobody has ever been in.
func (g *groups) remove(ctx context.Context) {
	if g.latest() == "" {
		return
	}
	now, err := cgroup.All()
	if err != nil {
		return
	}
	for _, dir := range now.Since(g.before) {
		if !slices.Contains(g.made, filepath.Base(dir)) {
			continue
		}
		if made, err := cgroup.At(dir); err == nil {
			if pids, err := made.Processes(); err == nil && len(pids) == 0 {
				_ = made.Remove(ctx, nil) // where somebody comes in at this moment, it stays
			}
		}
	}
}
