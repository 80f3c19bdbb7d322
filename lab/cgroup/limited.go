package cgroup

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"byhand/internal/kernel"
)

// Limited returns the groups that have a limit under a controller, CPU or
// Memory, and that hold no process, the newest last: what a limit was set on
// that holds nobody back. Units of systemd's are left out.
func Limited(c Controller) ([]*Group, error) {
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return nil, err
	}
	h, found := find(all, c)
	if !found {
		return nil, missing(all, c)
	}
	var groups []*Group
	var newest int64
	err = filepath.WalkDir(h.MountPoint, func(path string, e fs.DirEntry, err error) error {
		if gone(err) || os.IsPermission(err) {
			return nil
		}
		if err != nil || !e.IsDir() || path == h.MountPoint || notOurs(e.Name()) {
			return err
		}
		g := &Group{Name: e.Name(), Dirs: []Dir{{Path: path, Version: h.Version, Mount: h.MountPoint, Controllers: []Controller{c}}}}
		info, err := e.Info()
		if err != nil || !g.limited(c) {
			return nil
		}
		if pids, err := g.Processes(); err != nil || len(pids) > 0 {
			return nil
		}
		if made := info.ModTime().UnixNano(); made >= newest {
			newest, groups = made, append(groups, g)
		} else {
			groups = append([]*Group{g}, groups...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for limits below %s: %w", h.MountPoint, err)
	}
	return groups, nil
}

// limited reports whether there is a limit; a group that is gone has none.
func (g *Group) limited(c Controller) bool {
	if c == CPU {
		l, err := g.CPULimit()
		return err == nil && l.Quota > 0
	}
	l, err := g.MemoryLimit()
	return err == nil && l.Bytes != Unlimited
}

// Named finds the group of just that name, wherever it is, or says with New
// where it would be made.
func Named(name string, controllers ...Controller) (*Group, error) {
	g, err := New(name, controllers...)
	if err != nil {
		return nil, err
	}
	groups, err := Sweep(name)
	if err != nil {
		return nil, err
	}
	for i, d := range g.Dirs {
		for _, have := range groups {
			for _, at := range have.Dirs {
				if have.Name == name && at.Mount == d.Mount {
					g.Dirs[i].Path = at.Path
				}
			}
		}
	}
	return g, nil
}
