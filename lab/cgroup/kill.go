package cgroup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Kill ends every process of the group and waits until it has none. Those that
// are our children are left to whoever waits for them. It refuses where we are
// in the group ourselves.
func (g *Group) Kill(ctx context.Context, t *sys.Tracer) error {
	for {
		pids, err := g.Processes()
		if slices.Contains(pids, os.Getpid()) {
			err = errors.New("we are one of them")
		}
		if err == nil && len(pids) > 0 {
			err = g.killOnce(t, pids)
		}
		if err == nil && len(pids) > 0 {
			err = pause(ctx)
		}
		if err != nil {
			return fmt.Errorf("kill cgroup %s, processes %v: %w", g.Name, pids, err)
		}
		if len(pids) == 0 {
			return nil
		}
	}
}

// killOnce kills all that are in the group now.
func (g *Group) killOnce(t *sys.Tracer, pids []int) error {
	// Linux 5.14 kills a whole v2 tree at once, whatever forks meanwhile.
	for _, d := range g.Dirs {
		if d.Version == 2 && d.has("cgroup.kill") {
			return Ops{{Verb: Write, Path: filepath.Join(d.Path, "cgroup.kill"), Text: "1"}}.Perform(t)
		}
	}
	return g.killEach(t, pids)
}

// killEach kills one by one.
func (g *Group) killEach(t *sys.Tracer, pids []int) error {
	// What is frozen can't fork while the others are killed. On v1 it doesn't
	// die either until it is thawed.
	if d, err := g.Dir(Freezer); err == nil && d.has("cgroup.procs") {
		if err := g.Freeze().Perform(t); err != nil {
			return err
		}
		defer func() { _ = g.Thaw().Perform(t) }()
	}
	for _, pid := range pids {
		if err := g.killOne(t, pid); err != nil {
			return err
		}
	}
	return nil
}

// killOne signals by pidfd, once it is certain that the number still is a
// process of the group.
func (g *Group) killOne(t *sys.Tracer, pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil // it has ended
	}
	defer func() { _ = unix.Close(fd) }()
	now, err := g.Processes()
	if err != nil || !slices.Contains(now, pid) {
		return err
	}
	if err := t.PidfdKill(fd); !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil
}
