package snapshot

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"byhand/internal/tree"
)

// files lists a directory with what is below it, but for our own directories.
func files(dir string, own []string) ([]Item, error) {
	var items []Item
	list, err := tree.ListSome(dir, func(path string) bool { return path != dir && within(path, own) }, func(path string, err error) error {
		if path == dir {
			return err
		}
		items = append(items, Item{Key: path, Value: "not read: " + err.Error()})
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, f := range list {
		value := fmt.Sprintf("mode %o, owner %d:%d, device %d, size %d, time %d, as %s, target %q, hash %s", f.Mode, f.UID, f.GID, f.Rdev, f.Size, f.ModTime, f.Twin, f.Target, f.Hash)
		for _, attribute := range slices.Sorted(maps.Keys(f.Xattrs)) {
			value += fmt.Sprintf(", %s %q", attribute, f.Xattrs[attribute])
		}
		items = append(items, Item{Key: filepath.Join(dir, name), Value: value})
	}
	return items, nil
}
