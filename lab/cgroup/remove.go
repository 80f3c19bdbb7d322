package cgroup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// patience is how long Remove tries again at a group that is busy: a process
// that ended is in its group a moment longer.
const patience = 2 * time.Second

// Remove removes the group's directories and groups below them, which must
// have no processes: see Kill. It is no error where they are gone.
func (g *Group) Remove(ctx context.Context, t *sys.Tracer) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, d := range g.Dirs {
		dirs, err := tree(d.Path)
		if err != nil {
			return fmt.Errorf("remove cgroup %s: %w", g.Name, err)
		}
		for _, dir := range dirs {
			if err := removeDir(ctx, t, dir); err != nil {
				return fmt.Errorf("remove cgroup %s: %w", g.Name, err)
			}
		}
	}
	if i := slices.IndexFunc(g.Dirs, Dir.pinned); i >= 0 {
		return tidy(t, g.Dirs[i].Mount)
	}
	return nil
}

func removeDir(ctx context.Context, t *sys.Tracer, dir string) error {
	for {
		err := t.Rmdir(dir)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || pause(ctx) != nil {
			if pids, _ := processes(dir); len(pids) > 0 {
				return fmt.Errorf("%w; its processes: %v", err, pids)
			}
			return err
		}
	}
}
