package state

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// StopFile is a file in a container's directory that says somebody wants it to
// end for good, so that its monitor does not start it again.
const StopFile = "stop"

// Sweep removes cgroups of the container's that a crash has left, with what is
// in them.
func (b Box) Sweep(ctx context.Context) error { return sweep(ctx, b.Group()) }

func sweep(ctx context.Context, prefix string) error {
	groups, err := cgroup.Sweep(prefix)
	if err != nil || len(groups) == 0 {
		return err
	}
	for _, g := range groups {
		err = errors.Join(err, g.Kill(ctx, nil), g.Remove(ctx, nil))
	}
	return errors.Join(err, cgroup.Tidy(nil))
}

// Clean removes what killed engines have left: directories half made or half
// removed, names of nobody, cgroups of containers that don't run. Containers
// themselves stay, as those that have ended do.
func (s Store) Clean(ctx context.Context, removed func(what string)) error {
	if _, err := os.Stat(filepath.Join(s.Dir, "containers")); errors.Is(err, fs.ErrNotExist) {
		return nil // there never was one
	}
	done, err := s.making(unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer done()
	var errs []error
	note := func(what string, err error) {
		if err == nil {
			removed(what)
		}
		errs = append(errs, err)
	}
	for _, dir := range []string{"trash", "containers"} {
		entries, err := os.ReadDir(filepath.Join(s.Dir, dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			path := filepath.Join(s.Dir, dir, e.Name())
			if _, err := os.Stat(filepath.Join(path, "config.json")); dir == "containers" && err == nil {
				continue
			}
			note(path, bench.RemoveTree(path))
		}
	}
	links, err := os.ReadDir(filepath.Join(s.Dir, "names"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range links {
		link := s.link(e.Name())
		if _, err := os.Stat(s.box(s.named(e.Name())).Dir); errors.Is(err, fs.ErrNotExist) {
			note(link, os.Remove(link))
		}
	}
	errs = append(errs, s.cleanHolds(note), s.Volumes().Clean(ctx, removed))
	return errors.Join(append(errs, s.cleanGroups(ctx, note))...)
}

// cleanHolds lets go of the images of containers that are not there, since an image
// that is held is never removed.
func (s Store) cleanHolds(note func(string, error)) error {
	images, err := s.images()
	if images == nil || err != nil {
		return err
	}
	holders, err := images.Holders()
	if err != nil {
		return err
	}
	for _, id := range holders {
		if _, err := os.Stat(s.box(id).Dir); errors.Is(err, fs.ErrNotExist) {
			note("hold of an image by container "+id, images.Release(id))
		}
	}
	return nil
}

// cleanGroups removes cgroups whose container has no monitor and does not run.
func (s Store) cleanGroups(ctx context.Context, note func(string, error)) error {
	groups, err := cgroup.Sweep(s.Group())
	if err != nil {
		return err
	}
	ids, err := s.ids()
	if err != nil {
		return err
	}
	for _, g := range groups {
		i := slices.IndexFunc(ids, func(id string) bool { return s.box(id).Group() == g.Name })
		if i >= 0 {
			status, err := s.box(ids[i]).Status()
			if err != nil || status.Running() || s.box(ids[i]).Watched() {
				continue
			}
		}
		note("cgroup "+g.Name, errors.Join(g.Kill(ctx, nil), g.Remove(ctx, nil)))
	}
	if len(groups) == 0 {
		return nil
	}
	return cgroup.Tidy(nil)
}
