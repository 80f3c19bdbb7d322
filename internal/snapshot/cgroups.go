package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"byhand/internal/kernel"
)

// cgroups lists the directories of every hierarchy, and of those of version 2
// what they hand to the cgroups below them.
func cgroups(o Options) ([]Item, error) {
	hierarchies, err := kernel.Hierarchies(o.PID)
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, h := range hierarchies {
		err := filepath.WalkDir(h.MountPoint, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
				return nil // removed meanwhile, or closed to us
			}
			if err != nil || !d.IsDir() {
				return err
			}
			item := Item{Key: path, Others: !named(path)}
			if text, err := os.ReadFile(filepath.Join(path, "cgroup.subtree_control")); h.Version == 2 && err == nil {
				item.Value = strings.TrimSpace(string(text))
			}
			items = append(items, item)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}

// named reports whether a cgroup's path, or a device's name, is as byhand names
// its own.
func named(name string) bool { return strings.Contains(name, "byhand") }
