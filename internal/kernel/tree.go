package kernel

import (
	"errors"
	"os"
)

// Processes returns what stat says of every process that /proc lists, lowest
// pid first. Those that end meanwhile, or that we may not look at (hidepid of
// proc(5)), are left out.
func Processes() ([]Stat, error) {
	pids, err := PIDs()
	if err != nil {
		return nil, err
	}
	var all []Stat
	for _, pid := range pids {
		s, err := ReadStat(pid)
		if Gone(err) || errors.Is(err, os.ErrPermission) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Children returns a process's children, zombies among them.
func Children(pid int) ([]Stat, error) {
	parent, all, err := family(pid)
	if err != nil {
		return nil, err
	}
	return childrenOf(all, parent), nil
}

// Descendants returns a process's children, then their children, and so on,
// zombies among them. It is a look, not a hold: /proc is read one process after
// the other, and what is orphaned meanwhile has another parent.
func Descendants(pid int) ([]Stat, error) {
	parent, all, err := family(pid)
	if err != nil {
		return nil, err
	}
	return descendantsOf(all, parent), nil
}

// family returns a process and all that may descend from it.
func family(pid int) (Stat, []Stat, error) {
	// The parent is read first, so that one which ends meanwhile is an error
	// rather than a process without children.
	parent, err := ReadStat(pid)
	if err != nil {
		return Stat{}, nil, err
	}
	all, err := Processes()
	return parent, all, err
}

// childrenOf picks the children. A pid that was given away again while /proc
// was read shows as a parent younger than its child.
func childrenOf(all []Stat, parent Stat) []Stat {
	var children []Stat
	for _, s := range all {
		if s.Parent == parent.PID && s.Start >= parent.Start {
			children = append(children, s)
		}
	}
	return children
}

// descendantsOf picks the descendants, the nearest first.
func descendantsOf(all []Stat, top Stat) []Stat {
	seen := map[int]bool{top.PID: true}
	var found []Stat
	for next := []Stat{top}; len(next) > 0; next = next[1:] {
		for _, child := range childrenOf(all, next[0]) {
			if !seen[child.PID] {
				seen[child.PID] = true
				found, next = append(found, child), append(next, child)
			}
		}
	}
	return found
}
