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

// Directories are those of all groups that there were at a time, by which it
// is known later what was made since.
type Directories map[string]bool

// All finds every group, in every hierarchy that is mounted.
func All() (Directories, error) {
	hierarchies, err := kernel.Hierarchies(0)
	if err != nil {
		return nil, err
	}
	found := Directories{}
	for _, h := range hierarchies {
		err := filepath.WalkDir(h.MountPoint, func(path string, e fs.DirEntry, err error) error {
			if gone(err) || os.IsPermission(err) {
				return nil
			}
			if err == nil && e.IsDir() {
				found[path] = true
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list the groups of %s: %w", h.MountPoint, err)
		}
	}
	return found, nil
}

// Since returns the directories of the groups that were made later and that
// are no units of systemd's, in order.
func (d Directories) Since(earlier Directories) []string {
	var made []string
	for path := range d {
		if !earlier[path] && !notOurs(filepath.Base(path)) {
			made = append(made, path)
		}
	}
	slices.Sort(made)
	return made
}

// Holds returns the directories of the groups made since d that a process is
// in: of several, one in the other, the outermost.
func (d Directories) Holds(pid int) ([]string, error) {
	hierarchies, err := kernel.Hierarchies(pid)
	if err != nil {
		return nil, err
	}
	var made []string
	for _, h := range hierarchies {
		top := ""
		for path := h.Dir; path != "" && !d[path] && strings.HasPrefix(path, h.MountPoint+"/"); path = filepath.Dir(path) {
			top = path
		}
		if top != "" && !notOurs(filepath.Base(top)) && !slices.Contains(made, top) {
			made = append(made, top)
		}
	}
	return made, nil
}

// At is the group of a directory.
func At(path string) (*Group, error) {
	hierarchies, err := kernel.Hierarchies(0)
	if err != nil {
		return nil, err
	}
	for _, h := range hierarchies {
		if strings.HasPrefix(path, h.MountPoint+"/") {
			return &Group{Name: filepath.Base(path), Dirs: []Dir{dirFound(h, path)}}, nil
		}
	}
	return nil, fmt.Errorf("no cgroup hierarchy is mounted above %s", path)
}
