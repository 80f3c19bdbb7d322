package steps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/diagnose"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
)

// Group is the bench's cgroup under some controllers. With a suffix it is one
// beside it.
func Group(b *bench.Bench, suffix string, controllers ...cgroup.Controller) (*cgroup.Group, error) {
	if b.Subject == nil {
		return cgroup.New(b.GroupName()+suffix, controllers...)
	}
	g, err := judged(b, controllers...)
	if err != nil {
		return nil, err
	}
	return g.Beside(suffix), nil
}

// Written is Group for the commands of a step. Where a script has to ask systemd
// for a part of the tree first, the group is in that; see DelegateShell.
func Written(b *bench.Bench, suffix string, controllers ...cgroup.Controller) (*cgroup.Group, error) {
	g, err := Group(b, suffix, controllers...)
	if errors.Is(err, cgroup.ErrNotDelegated) {
		return cgroup.Scoped(b.GroupName()+suffix, controllers...), nil
	}
	return g, err
}

// judged is the group that the subject is in, or else the one of the name that
// it should have.
func judged(b *bench.Bench, controllers ...cgroup.Controller) (*cgroup.Group, error) {
	if pid, err := sandbox.PID(b); err == nil {
		if g, err := cgroup.Own(pid, controllers...); err != nil || g != nil {
			return g, err
		}
	}
	name := b.Subject.Group
	if name == "" {
		name = b.GroupName()
	}
	return cgroup.Named(name, controllers...)
}

// Spell writes changes to a group as shell commands and, as comments, how
// cgroup-tools and the other version of cgroups say the same.
func Spell(g *cgroup.Group, changes func(*cgroup.Group) cgroup.Ops) string {
	text := changes(g).Shell()
	if tools := changes(g).Tools(); tools != "" {
		text += "# The same with cgroup-tools:\n" + commented(tools)
	}
	other := g.Other()
	return text + fmt.Sprintf("# The same on cgroup v%d:\n", other.Dirs[0].Version) + commented(withoutComments(changes(other).Shell()))
}

func commented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("#   " + line)
	}
	return b.String()
}

func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Unable is a script that says why there is none.
func Unable(err error) string {
	return fmt.Sprintf("echo %q >&2\nexit 1\n", err)
}

// MakeGroup makes the bench's cgroup.
func MakeGroup(controllers ...cgroup.Controller) lesson.Step {
	return lesson.Step{
		Title: "Make a control group",
		Why:   "A directory in the cgroup file system is a group. The kernel fills it with the files of the group's controllers.",
		Shell: func(b *bench.Bench) string {
			g, err := Written(b, "", controllers...)
			if err != nil {
				return Unable(err)
			}
			return Spell(g, (*cgroup.Group).Create)
		},
		Do: func(_ context.Context, b *bench.Bench) error {
			g, err := Group(b, "", controllers...)
			if err != nil {
				return err
			}
			return g.Make(b.Trace)
		},
		Source: []any{(*cgroup.Group).Create, (*cgroup.Group).Make},
		Verify: func(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
			g, err := Group(b, "", controllers...)
			if err != nil {
				return nil, err
			}
			var checks []lesson.Check
			for _, d := range g.Dirs {
				for _, c := range d.Controllers {
					path := filepath.Join(d.Path, mainFile(c, d.Version))
					checks = append(checks, lesson.Equal(path, "there", there(path), "there is no such group, or it was made without controller "+string(c)+": on cgroup v2 the groups above must hand it down"))
				}
			}
			return checks, nil
		},
	}
}

// mainFile is a file that a group has only with the controller.
func mainFile(c cgroup.Controller, version int) string {
	switch {
	case c == cgroup.CPU && version == 1:
		return "cpu.shares"
	case c == cgroup.CPU:
		return "cpu.max"
	case c == cgroup.CPUAcct && version == 1:
		return "cpuacct.usage"
	case c == cgroup.CPUAcct:
		return "cpu.stat"
	case c == cgroup.Memory && version == 1:
		return "memory.limit_in_bytes"
	case c == cgroup.Memory:
		return "memory.max"
	case c == cgroup.Freezer && version == 1:
		return "freezer.state"
	case c == cgroup.Freezer:
		return "cgroup.freeze"
	}
	return "cgroup.procs"
}

func there(path string) string {
	if _, err := os.Stat(path); err != nil {
		return "no such file"
	}
	return "there"
}

// JoinGroup puts the process that stands in the sandbox into the bench's cgroup.
func JoinGroup(controllers ...cgroup.Controller) lesson.Step {
	return lesson.Step{
		Title: "Put the sandbox into it",
		Why:   "A process is moved by writing its number to cgroup.procs. Children born from then on are born into the same group.",
		Shell: func(b *bench.Bench) string {
			g, err := Written(b, "", controllers...)
			if err != nil {
				return Unable(err)
			}
			var text strings.Builder
			for _, op := range g.Join(0) {
				fmt.Fprintf(&text, "cat \"$LAB/pid\" >%q\n", op.Path)
			}
			if classify, has := strings.CutSuffix(g.Join(1).Tools(), " 1\n"); has {
				text.WriteString("# The same with cgroup-tools:\n#   " + classify + " \"$(cat \"$LAB/pid\")\"\n")
			}
			return text.String()
		},
		Do: func(_ context.Context, b *bench.Bench) error {
			g, err := Group(b, "", controllers...)
			if err != nil {
				return err
			}
			pid, err := sandbox.PID(b)
			if err != nil {
				return err
			}
			return g.Join(pid).Perform(b.Trace)
		},
		Source: []any{(*cgroup.Group).Join},
		Verify: func(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
			pid, refused := Standing(b)
			if refused != nil {
				return refused, nil
			}
			g, err := Group(b, "", controllers...)
			if err != nil {
				return nil, err
			}
			return members(g, pid)
		},
	}
}

// members judges who is in the group: the process, and not byhand.
func members(g *cgroup.Group, pid int) ([]lesson.Check, error) {
	var checks []lesson.Check
	for _, d := range g.Dirs {
		one := &cgroup.Group{Name: g.Name, Dirs: []cgroup.Dir{d}}
		pids, err := one.Processes()
		if err != nil {
			return nil, err
		}
		list := filepath.Join(d.Path, "cgroup.procs")
		checks = append(checks,
			lesson.Equal(fmt.Sprintf("process %d in %s", pid, list), "listed", listed(pids, pid), diagnose.Alone(one, pid)),
			lesson.Check{
				Name: "byhand itself in " + list, Want: "not listed", Got: listed(pids, os.Getpid()), Control: true,
				OK: !slices.Contains(pids, os.Getpid()), Hint: "byhand was moved too: it would limit itself",
			})
	}
	return checks, nil
}

func listed(pids []int, pid int) string {
	if slices.Contains(pids, pid) {
		return "listed"
	}
	return "not listed"
}
