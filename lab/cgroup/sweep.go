package cgroup

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// Sweep finds the groups whose name starts with prefix, anywhere in any
// hierarchy that is mounted: New may have been called from elsewhere, such as
// another login session. Each has one Dir for each directory of that name.
//
// Kill and Remove work on what is found; Tidy comes last.
func Sweep(prefix string) ([]*Group, error) {
	if prefix == "" {
		return nil, fmt.Errorf("sweep cgroups: an empty prefix is every group of the machine")
	}
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return nil, err
	}
	var found []*Group
	for _, h := range all {
		err := filepath.WalkDir(h.MountPoint, func(path string, e fs.DirEntry, err error) error {
			switch {
			case gone(err) || os.IsPermission(err):
				return nil
			case err != nil:
				return err
			case !e.IsDir() || path == h.MountPoint || notOurs(e.Name()) || !strings.HasPrefix(e.Name(), prefix):
				return nil
			}
			found = addFound(found, e.Name(), dirFound(h, path))
			return fs.SkipDir
		})
		if err != nil {
			return nil, fmt.Errorf("sweep %s: %w", h.MountPoint, err)
		}
	}
	return found, nil
}

// notOurs reports whether a name is that of the pin or of a unit of systemd's,
// in which groups are, but which are none themselves. We may be in one.
func notOurs(name string) bool {
	return name == pin || isUnit(name)
}

// dirFound is the Dir of a directory that was come upon.
func dirFound(h kernel.Hierarchy, path string) Dir {
	d := Dir{Path: path, Version: h.Version, Mount: h.MountPoint, Controllers: controllersIn(h, path)}
	if pinned := filepath.Join(h.MountPoint, pin); h.Version == 2 && filepath.Dir(path) == pinned {
		d.Enable = []string{h.MountPoint, pinned}
	}
	return d
}

// controllersIn lists those that a group has.
func controllersIn(h kernel.Hierarchy, path string) []Controller {
	var list []Controller
	for _, c := range []Controller{CPU, CPUAcct, Memory, PIDs, BlkIO, Freezer, Devices} {
		if h.Version == 1 && has(h, c) || h.Version == 2 && (c.V2Name() == "" || slices.Contains(words(path, "cgroup.controllers"), c.V2Name())) {
			list = append(list, c)
		}
	}
	return list
}

func addFound(found []*Group, name string, d Dir) []*Group {
	i := slices.IndexFunc(found, func(g *Group) bool { return g.Name == name })
	if i < 0 {
		i = len(found)
		found = append(found, &Group{Name: name})
	}
	found[i].Dirs = append(found[i].Dirs, d)
	return found
}
