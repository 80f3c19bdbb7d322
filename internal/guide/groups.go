package guide

import (
	"context"
	"maps"
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
// those that their processes are in go with the bench. Who made a group the
// kernel does not tell, and others make theirs meanwhile: a group is the
// person's where their processes are in it, where a step was made by it, or
// where they have typed its name. It is not theirs where it came while none of
// their processes did anything.
type groups struct {
	// before are those that there were; nil in a lesson that needs none.
	before cgroup.Directories
	// about are the controllers that the lesson is about.
	about []cgroup.Controller
	// made are the names of those that are new, the latest last.
	made []string
	// used are the names of those that a step was made by.
	used []string
	// seen are those that there were at the last look, and since what was done by
	// our descendants before it.
	seen  cgroup.Directories
	since work
	// others are the directories of those that somebody else has made.
	others map[string]bool
}

// groupsNow begins to look out for groups where the lesson is about them.
func groupsNow(l lesson.Lesson) groups {
	var about []cgroup.Controller
	if slices.Contains(l.Needs, doctor.CgroupCPU) {
		about = append(about, cgroup.CPU)
	}
	if slices.Contains(l.Needs, doctor.CgroupMemory) {
		about = append(about, cgroup.Memory)
	}
	if slices.Contains(l.Needs, doctor.CgroupFreezer) {
		about = append(about, cgroup.Freezer)
	}
	if about == nil {
		return groups{}
	}
	since := workNow()
	// What can't be listed is not looked out for: only byhand's names count.
	before, _ := cgroup.All()
	return groups{before: before, about: about, seen: before, since: since, others: map[string]bool{}}
}

// meant is the name of the newest group, for a process that is in none of its
// own; empty where there is no such group.
func (g *groups) meant(pid int) string {
	if g.before == nil {
		return ""
	}
	if own, err := cgroup.Own(pid, g.about...); err != nil || own != nil {
		return ""
	}
	return g.latest()
}

// look lists the groups, and tells by which of them are new those of others from
// those that may be the person's.
func (g *groups) look() (cgroup.Directories, error) {
	since := workNow()
	now, err := cgroup.All()
	if err != nil {
		return nil, err
	}
	if made := now.Since(g.seen); len(made) > 0 && g.since.idle(workNow()) {
		for _, dir := range made {
			g.others[dir] = true
		}
	}
	// Where one was removed, the person may make theirs.
	maps.DeleteFunc(g.others, func(dir string, _ bool) bool { return !now[dir] })
	g.seen, g.since = now, since
	return now, nil
}

// latest is the name of the newest group, other byhands', those that others made
// and those that only others' processes are in left out; empty where there is none.
func (g *groups) latest() string {
	now, err := g.look()
	if err != nil {
		return ""
	}
	ours := family()
	there := map[string]bool{}
	for _, dir := range now.Since(g.before) {
		name := filepath.Base(dir)
		if strings.HasPrefix(name, "byhand") || g.others[dir] {
			continue
		}
		if pids := inside(dir); len(pids) > 0 && !slices.ContainsFunc(pids, func(pid int) bool { return ours[pid] }) {
			continue
		}
		there[name] = true
		if !slices.Contains(g.made, name) {
			g.made = append(g.made, name)
		}
	}
	g.made = slices.DeleteFunc(g.made, func(name string) bool { return !there[name] })
	if len(g.made) == 0 {
		return ""
	}
	return g.made[len(g.made)-1]
}

// use keeps in mind that a step was made by a group of that name.
func (g *groups) use(name string) {
	if name != "" {
		g.used = append(g.used, name)
	}
}

// family are the processes that descend from us.
func family() map[int]bool {
	ours := map[int]bool{}
	all, _ := kernel.Descendants(os.Getpid())
	for _, p := range all {
		ours[p.PID] = true
	}
	return ours
}

// inside are the processes in a directory's group and below.
func inside(dir string) []int {
	g, err := cgroup.At(dir)
	if err != nil {
		return nil
	}
	pids, _ := g.Processes()
	return pids
}

// adopt leaves to the bench the new groups that our descendants are in.
func (g *groups) adopt(b *bench.Bench) {
	if g.before == nil {
		return
	}
	for pid := range family() {
		if dirs, err := g.before.Holds(pid); err == nil {
			_ = b.Adopt(dirs...) // what is not written down now will be at the next glance
		}
	}
}

// remove takes away the new groups that nobody is in and that are the person's,
// by what they have typed.
func (g *groups) remove(ctx context.Context, typed string) {
	if g.before == nil || g.latest() == "" {
		return
	}
	now, err := cgroup.All()
	if err != nil {
		return
	}
	for _, dir := range now.Since(g.before) {
		name := filepath.Base(dir)
		theirs := slices.Contains(g.used, name) || strings.Contains(typed, name)
		if !theirs || !slices.Contains(g.made, name) || len(inside(dir)) > 0 {
			continue
		}
		if made, err := cgroup.At(dir); err == nil {
			_ = made.Remove(ctx, nil) // where somebody comes in at this moment, it stays
		}
	}
}
