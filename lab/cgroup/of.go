package cgroup

import (
	"fmt"
	"path/filepath"

	"byhand/internal/kernel"
)

// Of finds the group in which a process is, whoever made it, for each of the
// controllers; pid 0 is this process. Its name is the last element of the
// first one's path.
func Of(pid int, controllers ...Controller) (*Group, error) {
	all, err := kernel.Hierarchies(pid)
	if err != nil {
		return nil, fmt.Errorf("find the cgroups of process %d: %w", pid, err)
	}
	g := &Group{}
	for _, c := range controllers {
		h, found := find(all, c)
		if !found {
			return nil, missing(all, c)
		}
		d := dirFound(h, dirOf(h))
		d.Controllers = nil
		g.add(d, c)
		if g.Name == "" {
			g.Name = filepath.Base(d.Path)
		}
	}
	return g, nil
}
