package cgroup

import (
	"path/filepath"
	"strings"

	"byhand/internal/kernel"
)

// Own returns the group that was made for a process, whoever made it and
// however it is called, or nil where the process is only where its login is.
// Under a controller of which it is in no group of its own, the Dir is where
// one of the same name would be.
func Own(pid int, controllers ...Controller) (*Group, error) {
	found := map[Controller]*Group{}
	name := ""
	for _, c := range controllers {
		theirs, err := Of(pid, c)
		if err != nil {
			return nil, err
		}
		ours, err := Of(0, c)
		if err != nil {
			return nil, err
		}
		if own(pid, theirs.Dirs[0].Path, ours.Dirs[0].Path) {
			found[c] = theirs
			if name == "" {
				name = theirs.Name
			}
		}
	}
	if name == "" {
		return nil, nil
	}
	g := &Group{Name: name}
	for _, c := range controllers {
		from, have := found[c]
		if !have {
			var err error
			if from, err = New(name, c); err != nil {
				return nil, err
			}
		}
		d := from.Dirs[0]
		d.Controllers = nil
		g.add(d, c)
	}
	return g, nil
}

// own judges by the paths of a process's group and of ours. A login's group is
// a unit of systemd's too, as that of systemd-run(1) is; what tells them apart
// is who came into it first: a session's leader, or a command of one.
func own(pid int, theirs, ours string) bool {
	if ours == theirs || strings.HasPrefix(ours, strings.TrimSuffix(theirs, "/")+"/") {
		return false
	}
	if !isUnit(theirs) || strings.HasPrefix(filepath.Base(theirs), "run-") {
		return true
	}
	first, err := firstIn(pid, theirs)
	return err == nil && first.Session != first.PID
}

// firstIn goes up from a process as long as the parents are in the same group.
func firstIn(pid int, dir string) (kernel.Stat, error) {
	listed, err := processes(dir)
	if err != nil {
		return kernel.Stat{}, err
	}
	in := map[int]bool{}
	for _, p := range listed {
		in[p] = true
	}
	at, err := kernel.ReadStat(pid)
	for err == nil && in[at.Parent] {
		at, err = kernel.ReadStat(at.Parent)
	}
	return at, err
}

// Beside is a group in the same place whose name has a suffix.
func (g *Group) Beside(suffix string) *Group {
	beside := &Group{Name: g.Name + suffix}
	for _, d := range g.Dirs {
		d.Path += suffix
		beside.Dirs = append(beside.Dirs, d)
	}
	return beside
}
