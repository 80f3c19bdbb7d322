package cgroup

import (
	"path/filepath"
	"slices"
	"strings"
)

// Tools writes the same changes as commands of cgroup-tools, where it has one:
// cgcreate, cgclassify, cgset, cgdelete. It finds and enables controllers by
// itself, and merges what one of its commands does at once. On v2 it knows no
// group without a controller, and refuses v1's names.
func (ops Ops) Tools() string {
	var lines []string
	for rest := ops; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[0].merges(rest[n]) {
			n++
		}
		if line := command(rest[:n]); line != "" {
			lines = append(lines, line+"\n")
		}
		rest = rest[n:]
	}
	return strings.Join(lines, "")
}

// merges reports whether one command makes both changes.
func (op Op) merges(next Op) bool {
	return op.Verb == next.Verb && op.group == next.group && op.classifies() == next.classifies() &&
		(!op.classifies() || op.Text == next.Text)
}

// classifies reports whether the change moves a process.
func (op Op) classifies() bool {
	return op.Verb == Write && slices.Contains([]string{"cgroup.procs", "tasks"}, filepath.Base(op.Path))
}

// command is the one command for changes that merge.
func command(ops Ops) string {
	first := ops[0]
	if first.group == "" {
		return ""
	}
	var controllers, settings []string
	for _, op := range ops {
		for _, name := range op.controllers {
			if !slices.Contains(controllers, name) {
				controllers = append(controllers, name)
			}
		}
		settings = append(settings, "-r "+Word(filepath.Base(op.Path)+"="+op.Text))
	}
	group := strings.Join(controllers, ",") + ":" + first.group
	switch {
	case len(controllers) == 0 && (first.Verb != Write || first.classifies()):
		return ""
	case first.Verb == Mkdir && first.above != "":
		return "cgcreate -g " + strings.Join(controllers, ",") + ":" + first.above + " -g " + group
	case first.Verb == Mkdir:
		return "cgcreate -g " + group
	case first.classifies() && first.Text == "0":
		return "cgexec -g " + group + " PROGRAM"
	case first.classifies():
		return "cgclassify -g " + group + " " + first.Text
	case first.Verb == Write:
		return "cgset " + strings.Join(settings, " ") + " " + first.group
	case first.Verb == Rmdir:
		return "cgdelete -g " + group
	}
	return ""
}

// Cgget writes the command of cgroup-tools that shows a file of the group, such
// as memory.stat; empty where the tools are of no use.
func (g *Group) Cgget(file string) string {
	for _, d := range g.Dirs {
		if d.group() != "" && slices.ContainsFunc(d.names(), func(c string) bool { return strings.HasPrefix(file, c+".") }) {
			return "cgget -r " + file + " " + d.group()
		}
	}
	return ""
}
