package cgroup

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mark names the empty groups in the pin that remember which controllers were
// off in the root before byhand came: "enabled.cpu". They are there before
// anything is switched on, so that a crash forgets nothing.
const mark = "enabled."

// enable are the changes that hand the controllers of a v2 group down to it,
// from the top: a group has a controller only if cgroup.subtree_control of the
// one above names it.
func (d Dir) enable() Ops {
	names := v2Names(d.Controllers)
	var ops Ops
	if d.pinned() {
		ops = append(ops, Op{Verb: Mkdir, Path: d.Enable[1], Lenient: true, Why: "systemd may take a controller from the root's children, but not from a child that hands it on itself"})
		on := words(d.Enable[0], "cgroup.subtree_control")
		for _, name := range names {
			if !slices.Contains(on, name) {
				ops = append(ops, Op{Verb: Mkdir, Path: filepath.Join(d.Enable[1], mark+name), Lenient: true, Why: "remember that " + name + " was off, to switch it off again at the end"})
			}
		}
	}
	if len(names) == 0 {
		return ops
	}
	for _, dir := range d.Enable {
		ops = append(ops, Op{Verb: Write, Path: filepath.Join(dir, "cgroup.subtree_control"), Text: "+" + strings.Join(names, " +")})
	}
	return ops
}

// pinned reports whether the group is in the pin.
func (d Dir) pinned() bool { return len(d.Enable) == 2 }

// unpin are the changes that remove the pin once it is empty and switch off
// what was switched on for it and nobody else uses; none while it has groups.
func unpin(root string) Ops {
	dir := filepath.Join(root, pin)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var off, marks Ops
	for _, e := range entries {
		name, marked := strings.CutPrefix(e.Name(), mark)
		switch {
		case marked:
			if !usedBesides(root, name) {
				off = append(off, Op{Verb: Write, Path: filepath.Join(root, "cgroup.subtree_control"), Text: "-" + name})
			}
			marks = append(marks, Op{Verb: Rmdir, Path: filepath.Join(dir, e.Name())})
		case e.IsDir():
			return nil
		}
	}
	// A group that hands on a controller holds it: that ends first. Then the
	// root, and last the marks, so that a crash in between forgets nothing.
	var ops Ops
	if on := words(dir, "cgroup.subtree_control"); len(on) > 0 {
		ops = Ops{{Verb: Write, Path: filepath.Join(dir, "cgroup.subtree_control"), Text: "-" + strings.Join(on, " -")}}
	}
	return append(append(append(ops, off...), marks...), Op{Verb: Rmdir, Path: dir})
}

// usedBesides reports whether somebody has set a value of a controller's in
// another group right below the root: one that the pin, which nobody sets
// anything in, has otherwise. Who hands the controller on is left to the
// kernel, which refuses then to switch it off.
func usedBesides(root, name string) bool {
	files, _ := filepath.Glob(filepath.Join(root, pin, name+".*"))
	for _, file := range files {
		base := filepath.Base(file)
		info, err := os.Stat(file)
		// What can't be written is a counter; pressure and peak are, though they can.
		if err != nil || info.Mode().Perm() != 0o644 || strings.HasSuffix(base, ".pressure") || strings.HasSuffix(base, ".peak") {
			continue
		}
		others, _ := filepath.Glob(filepath.Join(root, "*", base))
		for _, other := range others {
			if !slices.Equal(words(other), words(file)) {
				return true
			}
		}
	}
	return false
}
