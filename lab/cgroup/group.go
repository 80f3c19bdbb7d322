package cgroup

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// Group is a group of processes under some controllers: one directory on v2,
// one in each hierarchy on v1, all of the same name. It is plain data, which
// survives JSON: a process that finds it in a journal can act on it.
type Group struct {
	// Name is the last element of every directory's path.
	Name string
	// Dirs are its directories.
	Dirs []Dir
}

// Dir is the directory that a group has in one hierarchy.
type Dir struct {
	// Path is the directory's, absolute.
	Path string
	// Version is the hierarchy's, 1 or 2.
	Version int
	// Mount is the hierarchy's mount point.
	Mount string
	// Controllers are those that it is there for.
	Controllers []Controller
	// Enable is as in Place.
	Enable []string
}

// Unlimited stands for no limit where a number is asked for or returned.
const Unlimited = -1

// New says where a group of that name is to be, and changes nothing: Make or
// Create makes it. A group made is found again by the same call from the same
// place, and from any place where the Group was kept.
func New(name string, controllers ...Controller) (*Group, error) {
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return nil, fmt.Errorf("find cgroup hierarchies: %w", err)
	}
	return NewIn(all, name, controllers...)
}

// NewIn is New among hierarchies that were read already.
func NewIn(all []kernel.Hierarchy, name string, controllers ...Controller) (*Group, error) {
	if name == "" || strings.ContainsAny(name, "/\n") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "cgroup.") {
		return nil, fmt.Errorf("cgroup name %q: want one path element that does not start with a dot or cgroup", name)
	}
	g := &Group{Name: name}
	for _, c := range controllers {
		p, err := LocateIn(all, c)
		if err != nil {
			return nil, err
		}
		g.add(Dir{Path: filepath.Join(p.Parent, name), Version: p.Version, Mount: p.Mount, Enable: p.Enable}, c)
	}
	return g, nil
}

// add gives the group a directory for a controller; on v2, and on v1 where
// several controllers share a hierarchy, the directory is there already.
func (g *Group) add(d Dir, c Controller) {
	i := slices.IndexFunc(g.Dirs, func(have Dir) bool { return have.Path == d.Path })
	if i < 0 {
		i = len(g.Dirs)
		g.Dirs = append(g.Dirs, d)
	}
	if !slices.Contains(g.Dirs[i].Controllers, c) {
		g.Dirs[i].Controllers = append(g.Dirs[i].Controllers, c)
	}
}

// Dir returns the directory in which a controller's files are.
func (g *Group) Dir(c Controller) (Dir, error) {
	for _, d := range g.Dirs {
		if slices.Contains(d.Controllers, c) || d.Version == 2 && c.V2Name() == "" {
			return d, nil
		}
	}
	return Dir{}, fmt.Errorf("cgroup %s was not made with controller %s", g.Name, c)
}

// Create are the changes that make the group: on v2, first the controllers
// are handed down to it.
func (g *Group) Create() Ops {
	var ops Ops
	for _, d := range g.Dirs {
		ops = append(ops, d.enable()...)
		made := Op{Verb: Mkdir, Path: d.Path, controllers: d.names(), group: d.group()}
		if d.pinned() {
			made.above = Dir{Path: d.Enable[1], Version: d.Version, Mount: d.Mount, Enable: d.Enable}.group()
		}
		ops = append(ops, made)
	}
	return ops
}

// Delete are the changes that remove the group, which must be empty.
func (g *Group) Delete() Ops {
	var ops Ops
	for _, d := range g.Dirs {
		ops = append(ops, Op{Verb: Rmdir, Path: d.Path, controllers: d.names(), group: d.group()})
	}
	return ops
}

// Other is the same group as the other version has it, on a machine that has
// no other: for printing its Ops, not for performing them.
func (g *Group) Other() *Group {
	const base = "/sys/fs/cgroup"
	other := &Group{Name: g.Name}
	for _, d := range g.Dirs {
		for _, c := range d.Controllers {
			if d.Version == 1 {
				other.add(Dir{Path: filepath.Join(base, g.Name), Version: 2, Mount: base, Enable: []string{base}}, c)
			} else {
				mount := filepath.Join(base, string(c))
				other.add(Dir{Path: filepath.Join(mount, g.Name), Version: 1, Mount: mount}, c)
			}
		}
	}
	return other
}

// group is the group's path in its hierarchy, as cgroup-tools wants it, or empty
// where they are of no use: on v2 they hand controllers down from the root of the
// tree, and an ordinary user may not write there.
func (d Dir) group() string {
	if d.Version == 2 && (len(d.Enable) == 0 || d.Enable[0] != d.Mount || d.Mount == scopeVariable) {
		return ""
	}
	rel, err := filepath.Rel(d.Mount, d.Path)
	if err != nil {
		return d.Path
	}
	return "/" + rel
}

// names are the directory's controllers, as its hierarchy calls them.
func (d Dir) names() []string {
	if d.Version == 2 {
		return v2Names(d.Controllers)
	}
	var names []string
	for _, c := range d.Controllers {
		names = append(names, string(c))
	}
	return names
}

// write is the change of one file of the group.
func (d Dir) write(file, text string) Op {
	return Op{Verb: Write, Path: filepath.Join(d.Path, file), Text: text, group: d.group()}
}

// set makes the Ops that f returns for the directory of a controller.
func (g *Group) set(c Controller, f func(d Dir) Ops) Ops {
	d, err := g.Dir(c)
	if err != nil {
		return Ops{{Verb: refuse, Path: g.Name, Text: err.Error()}}
	}
	return f(d)
}
