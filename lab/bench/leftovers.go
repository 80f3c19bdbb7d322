package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

// Leftovers returns the directories below dir of the benches of which anything
// is there: the directory itself, a process that stands in it, a mount, or an
// empty cgroup. It goes by their names, so that a bench whose journal was lost
// is found too.
func Leftovers(dir string) ([]string, error) {
	found := map[string]bool{}
	note := func(path string) {
		if bench, ok := benchOf(dir, path); ok {
			found[bench] = true
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list benches: %w", err)
	}
	for _, e := range entries {
		note(filepath.Join(dir, e.Name()))
	}
	pids, err := kernel.PIDs()
	if err != nil {
		return nil, err
	}
	for _, pid := range pids {
		// What can't be read is another user's, or has ended.
		if root, err := kernel.RootLink(pid); err == nil {
			note(root)
		}
		if env, err := kernel.Environ(pid); err == nil {
			for _, variable := range env {
				if path, named := strings.CutPrefix(variable, marker); named {
					note(path)
				}
			}
		}
	}
	mounts, err := kernel.Mounts(0)
	if err != nil {
		return nil, err
	}
	for _, m := range mounts {
		note(m.Target)
	}
	groups, err := cgroup.Sweep(GroupNames(dir))
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		// One with processes shows by them, or is not what its name says.
		if pids, err := g.Processes(); err == nil && len(pids) == 0 {
			id, _, _ := strings.Cut(strings.TrimPrefix(g.Name, groupPrefix), "-")
			note(filepath.Join(dir, id))
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// benchOf returns the directory of the bench below dir that a path lies in.
func benchOf(dir, path string) (bench string, ok bool) {
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		return "", false
	}
	id, _, _ := strings.Cut(rel, string(filepath.Separator))
	// The kernel marks the path of a directory that was removed.
	id = strings.TrimSuffix(id, " (deleted)")
	if !isID(id) {
		return "", false
	}
	return filepath.Join(dir, id), true
}
