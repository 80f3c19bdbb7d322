package kernel

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Hierarchy is a mounted cgroup hierarchy, and a process's place in it.
type Hierarchy struct {
	// Version is 1 or 2. It is the hierarchy's, not the machine's: some
	// controllers may be on v1 while others are on v2.
	Version int
	// Controllers are, on v1, those bound to the hierarchy; on v2, those that
	// cgroup.controllers at the mount point offers, none where it can't be read.
	Controllers []string
	// Name is that of a named v1 hierarchy, such as "systemd", or "".
	Name string
	// MountPoint is where we see it.
	MountPoint string
	// Path is the process's cgroup as /proc/PID/cgroup has it; or "" where it
	// is not known.
	Path string
	// Dir is the directory of that cgroup as we see it, or "" where the mount
	// does not show it: it may be of another part of the hierarchy.
	Dir string
}

// Hierarchies returns the cgroup hierarchies that are mounted where we see
// them, and a process's place in each.
func Hierarchies(pid int) ([]Hierarchy, error) {
	mounts, err := Mounts(0)
	if err != nil {
		return nil, err
	}
	members, err := Memberships(pid)
	if err != nil {
		return nil, err
	}
	all := HierarchiesIn(mounts, members)
	for i, h := range all {
		if h.Version == 2 {
			// What another has mounted in a directory of its own may be closed to us.
			all[i].Controllers, _ = Offered(h.MountPoint)
		}
	}
	return all, nil
}

// Offered returns the controllers that a cgroup of v2 has available, from
// cgroup.controllers in its directory.
func Offered(dir string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	return strings.Fields(string(text)), err
}

// HierarchiesIn finds the hierarchies among mounts, and the place in each of
// the process with these memberships. The controllers of v2 are left to Offered.
func HierarchiesIn(mounts []Mount, members []Membership) []Hierarchy {
	var all []Hierarchy
	for _, m := range mounts {
		version := map[string]int{"cgroup": 1, "cgroup2": 2}[m.FSType]
		if version == 0 {
			continue
		}
		if top, _ := MountAt(mounts, m.Target); top.ID != m.ID {
			continue // covered, so that the path leads elsewhere
		}
		h := Hierarchy{Version: version, MountPoint: m.Target}
		if i := slices.IndexFunc(members, func(of Membership) bool { return of.mountedAs(m) }); i >= 0 {
			h.Controllers, h.Name, h.Path = members[i].Controllers, members[i].Name, members[i].Path
			h.Dir = shown(m, h.Path)
		}
		all = append(all, h)
	}
	return all
}

// mountedAs reports whether a mount is of the hierarchy: one of v1 has its
// controllers and its name among the options.
func (m Membership) mountedAs(mount Mount) bool {
	if m.Version() == 2 {
		return mount.FSType == "cgroup2"
	}
	if m.Name != "" {
		if name, _ := mount.Super("name"); name != m.Name {
			return false
		}
	}
	return mount.FSType == "cgroup" && !slices.ContainsFunc(m.Controllers, func(c string) bool {
		_, found := mount.Super(c)
		return !found
	})
}

// shown returns the directory in which a mount shows a cgroup, or "". Both the
// mount's root and the path count from the root of our cgroup namespace, so
// that what is left of the path must lead neither up nor back into it.
func shown(m Mount, path string) string {
	if !under(path, m.Root) {
		return ""
	}
	rest := strings.TrimPrefix(path[len(strings.TrimSuffix(m.Root, "/")):], "/")
	if slices.Contains(strings.Split(rest, "/"), "..") {
		return ""
	}
	return filepath.Join(m.Target, rest)
}

// V1 returns those of version 1 that have controllers. Where there are any, the
// version 2 hierarchy is at most one beside them.
func V1(all []Hierarchy) []Hierarchy {
	var v1 []Hierarchy
	for _, h := range all {
		if h.Version == 1 && len(h.Controllers) > 0 {
			v1 = append(v1, h)
		}
	}
	return v1
}

// WithController returns the hierarchy that has a controller, such as "cpu"
// (what v1 calls blkio is io on v2). Where it is mounted more than once, one
// that shows the process's own cgroup is preferred.
func WithController(all []Hierarchy, name string) (Hierarchy, bool) {
	var best Hierarchy
	found := false
	for _, h := range all {
		if slices.Contains(h.Controllers, name) && (!found || best.Dir == "" && h.Dir != "") {
			best, found = h, true
		}
	}
	return best, found
}
