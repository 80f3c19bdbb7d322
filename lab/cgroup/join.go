package cgroup

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Join are the changes that move a process, with all its threads. An ordinary
// user may do so only below a common delegated group: see Delegate. On v1 each
// write waits for a grace period of the kernel, 8 to 20 ms; JoinSelf does not.
func (g *Group) Join(pid int) Ops {
	return g.join(func(int) string { return "cgroup.procs" }, strconv.Itoa(pid))
}

// JoinShell writes the commands that move the process whose number a shell
// command prints.
func (g *Group) JoinShell(number string) string {
	var b strings.Builder
	for _, op := range g.Join(0) {
		b.WriteString(number + " >" + Word(op.Path) + "\n")
	}
	return b.String()
}

// JoinSelf moves the caller, which must execute another program next, from the
// same goroutine. It leaves the goroutine locked to its thread for that.
//
// On v1 it moves this one thread, by tasks: a thread needs no grace period,
// and execve(2) ends all the others.
func (g *Group) JoinSelf(t *sys.Tracer) error {
	runtime.LockOSThread()
	return g.joinSelf().Perform(t)
}

// joinSelf writes 0, which is the writer itself whoever that is.
func (g *Group) joinSelf() Ops {
	return g.join(func(version int) string {
		if version == 1 {
			return "tasks"
		}
		return "cgroup.procs"
	}, "0")
}

func (g *Group) join(file func(version int) string, text string) Ops {
	var ops Ops
	for _, d := range g.Dirs {
		ops = append(ops, Op{Verb: Write, Path: filepath.Join(d.Path, file(d.Version)), Text: text, controllers: d.names(), group: d.group()})
	}
	return ops
}

// Open opens the group's directory, for clone3(2) with CLONE_INTO_CGROUP or
// exec.Cmd's SysProcAttr.CgroupFD: the child is born inside. v2 only; nil
// where any of the group's directories is v1, whose file systems refuse that.
func (g *Group) Open() (*os.File, error) {
	if len(g.Dirs) != 1 || g.Dirs[0].Version != 2 {
		return nil, nil
	}
	return os.OpenFile(g.Dirs[0].Path, unix.O_PATH|unix.O_DIRECTORY, 0)
}
