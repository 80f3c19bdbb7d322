package xray

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// Group is a process's cgroup under one controller.
type Group struct {
	// Controller is its name, such as "memory"; of a named hierarchy, its name.
	Controller string `json:"controller"`
	// Version is the hierarchy's, 1 or 2.
	Version int `json:"version"`
	// Path is the group's in the hierarchy; Dir is where we see it, or empty.
	Path string `json:"path"`
	Dir  string `json:"dir,omitempty"`
	// Values are what its files hold.
	Values []Value `json:"values"`
}

// Value is what a file of a cgroup holds.
type Value struct {
	// File is the file's name, and for one line of several the line's.
	File string `json:"file"`
	// Text is what the kernel wrote there.
	Text string `json:"text"`
	// Means says it in words, where that helps.
	Means string `json:"means,omitempty"`
	// From is the group above that sets it, where it is not the process's own:
	// the limits of all groups on the way up hold.
	From string `json:"from,omitempty"`
	// Unread says why it could not be read.
	Unread string `json:"unread,omitempty"`
}

// groups reads a process's cgroups, one for each controller.
func groups(pid int) ([]Group, error) {
	members, err := kernel.Memberships(pid)
	if err != nil {
		return nil, err
	}
	hierarchies, err := kernel.Hierarchies(pid)
	if err != nil {
		return nil, err
	}
	var all []Group
	seen := map[string]bool{}
	add := func(controller string, version int, path string, h kernel.Hierarchy) {
		if seen[controller] {
			return
		}
		seen[controller] = true
		g := Group{Controller: controller, Version: version, Path: path, Dir: h.Dir}
		if g.Dir != "" {
			g.Values = values(controller, version, g.Dir, h.MountPoint)
		}
		all = append(all, g)
	}
	for _, m := range members {
		names, h := m.Controllers, hierarchyOf(m, hierarchies)
		if m.Version() == 2 {
			names = append([]string{""}, h.Controllers...)
		}
		if m.Name != "" {
			names = []string{"name=" + m.Name}
		}
		for _, name := range names {
			add(name, m.Version(), m.Path, h)
		}
	}
	return all, nil
}

// hierarchyOf finds where a membership's hierarchy is mounted; of several places
// one that shows the group.
func hierarchyOf(m kernel.Membership, all []kernel.Hierarchy) kernel.Hierarchy {
	var best kernel.Hierarchy
	for _, h := range all {
		if h.Version == m.Version() && h.Name == m.Name && (m.Version() == 2 || slices.Equal(h.Controllers, m.Controllers)) &&
			(best.MountPoint == "" || best.Dir == "" && h.Dir != "") {
			best = h
		}
	}
	return best
}

// values reads the files that a controller is known by.
func values(controller string, version int, dir, top string) []Value {
	var all []Value
	for _, f := range files[key{controller, version}] {
		v, there := f.read(dir)
		if there && (v.Unread != "" || !f.limit || limits(v.Text)) {
			all = append(all, v)
			continue
		}
		if f.limit {
			if above, found := f.above(dir, top); found {
				all = append(all, above)
				continue
			}
		}
		if there {
			all = append(all, v)
		}
	}
	return all
}

// above finds the nearest group on the way up that limits.
func (f file) above(dir, top string) (Value, bool) {
	for dir != top && strings.HasPrefix(dir, top) {
		dir = filepath.Dir(dir)
		if v, there := f.read(dir); there && v.Unread == "" && limits(v.Text) {
			v.From = "/" + strings.TrimPrefix(strings.TrimPrefix(dir, top), "/")
			return v, true
		}
	}
	return Value{}, false
}

// read reads one file, or one line of it; false where the group has none.
func (f file) read(dir string) (Value, bool) {
	v := Value{File: f.name}
	text, err := os.ReadFile(filepath.Join(dir, f.name))
	if os.IsNotExist(err) {
		return v, false
	}
	if err != nil {
		v.Unread = reason(err)
		return v, true
	}
	v.Text = strings.Join(strings.Fields(strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", ", ")), " ")
	if f.line != "" {
		v.File += " " + f.line
		if v.Text = lineOf(string(text), f.line); v.Text == "" {
			return v, false
		}
	}
	if f.beside != "" {
		other, err := os.ReadFile(filepath.Join(dir, f.beside))
		if err == nil {
			v.Text += " " + strings.TrimSpace(string(other))
			v.File += " and " + f.beside
		}
	}
	if f.means != nil {
		v.Means = f.means(v.Text)
	}
	return v, true
}

// lineOf returns what stands behind a name at the start of a line.
func lineOf(text, name string) string {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == name {
			return f[1]
		}
	}
	return ""
}
