package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/sys"
)

// Below says where the group of a path is that another program chose, below the
// mount points, for every controller that is to be had. Unlike New's, its
// parents need not exist; MakeBelow makes them.
func Below(path string, controllers ...Controller) (*Group, error) {
	clean := filepath.Clean("/" + path)
	if clean == "/" || strings.Contains(clean, "\n") {
		return nil, fmt.Errorf("cgroup path %q: want one below the root", path)
	}
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return nil, fmt.Errorf("find cgroup hierarchies: %w", err)
	}
	g := &Group{Name: filepath.Base(clean)}
	for _, c := range controllers {
		if h, found := find(all, c); found {
			g.add(Dir{Path: filepath.Join(h.MountPoint, clean), Version: h.Version, Mount: h.MountPoint}, c)
		}
	}
	return g, nil
}

// MakeBelow makes the group and the groups above it that are missing, and returns
// those, the lowest first: they are the caller's to remove. The group may be
// there already, if it has no process.
func (g *Group) MakeBelow(t *sys.Tracer) (parents []string, err error) {
	for _, d := range g.Dirs {
		made, err := d.makeParents(t)
		parents = append(made, parents...)
		if err != nil {
			return parents, err
		}
		if err := t.Mkdir(d.Path); err != nil && !errors.Is(err, unix.EEXIST) {
			return parents, err
		}
		if used, err := processes(d.Path); err != nil || len(used) > 0 {
			return parents, errors.Join(err, fmt.Errorf("cgroup %s has processes already: %v", d.Path, used))
		}
	}
	return parents, nil
}

// makeParents makes what is missing between the mount point and the group; on
// v2 each hands the controllers down that it has.
func (d Dir) makeParents(t *sys.Tracer) (made []string, err error) {
	rel, err := filepath.Rel(d.Mount, filepath.Dir(d.Path))
	if err != nil {
		return nil, err
	}
	dir := d.Mount
	for _, name := range append([]string{"."}, strings.Split(rel, "/")...) {
		if name != "." {
			dir = filepath.Join(dir, name)
			err := t.Mkdir(dir)
			if err == nil {
				made = append([]string{dir}, made...)
			} else if !errors.Is(err, unix.EEXIST) {
				return made, err
			}
			if d.Version == 1 {
				// Without cpus and memory nodes of its own a v1 group takes no process.
				if err := inheritCPUSet(dir); err != nil {
					return made, err
				}
			}
		}
		if d.Version == 2 {
			d.handDown(t, dir)
		}
	}
	return made, nil
}

// handDown switches on, one by one, what the group's children are to have. One
// that can't be, since the directory has processes of its own, is missed where
// a limit wants its file.
func (d Dir) handDown(t *sys.Tracer, dir string) {
	for _, name := range v2Names(d.Controllers) {
		_ = t.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), "+"+name)
	}
}

// inheritCPUSet copies the parent's cpuset to a v1 group, if it has one.
func inheritCPUSet(dir string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || strings.TrimSpace(string(text)) != "" {
			return err
		}
		parent, err := os.ReadFile(filepath.Join(filepath.Dir(dir), file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, file), parent, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// RemoveParents removes the groups that MakeBelow made above one, unless others
// use them by now.
func RemoveParents(t *sys.Tracer, parents []string) error {
	for _, dir := range parents {
		err := t.Rmdir(dir)
		if err != nil && !errors.Is(err, unix.EBUSY) && !errors.Is(err, unix.ENOTEMPTY) && !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
	return nil
}
