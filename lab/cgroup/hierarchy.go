package cgroup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// find chooses the hierarchy for a controller: a v1 hierarchy that has it comes
// first, since a controller bound to one is not in v2 (cgroups(7)).
func find(all []kernel.Hierarchy, c Controller) (kernel.Hierarchy, bool) {
	for _, version := range []int{1, 2} {
		i := slices.IndexFunc(all, func(h kernel.Hierarchy) bool { return h.Version == version && has(h, c) })
		if i >= 0 {
			return all[i], true
		}
	}
	return kernel.Hierarchy{}, false
}

// has reports whether groups of the hierarchy can have the controller.
func has(h kernel.Hierarchy, c Controller) bool {
	if h.Version == 1 {
		return slices.Contains(h.Controllers, string(c))
	}
	return c.V2Name() == "" || slices.Contains(h.Controllers, c.V2Name())
}

// dirOf is the directory of the process's own group, or the mount point where
// that group is not among what is mounted.
func dirOf(h kernel.Hierarchy) string {
	if h.Dir == "" {
		return h.MountPoint
	}
	return h.Dir
}

// words reads a file of words; one that is not there has none.
func words(elem ...string) []string {
	text, _ := os.ReadFile(filepath.Join(elem...))
	return strings.Fields(string(text))
}
