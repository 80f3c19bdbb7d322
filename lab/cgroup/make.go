package cgroup

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/sys"
)

// Make performs Create. It holds off every other byhand that would remove the
// pin at the same time.
func (g *Group) Make(t *sys.Tracer) error {
	unlock, err := g.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := g.Create().Perform(t); err != nil {
		return fmt.Errorf("make cgroup %s: %w", g.Name, err)
	}
	return nil
}

// lock takes a lock on the root of the v2 tree, if the group is in the pin;
// the kernel lets go of it when this process ends.
func (g *Group) lock() (unlock func(), err error) {
	i := slices.IndexFunc(g.Dirs, Dir.pinned)
	if i < 0 {
		return func() {}, nil
	}
	return lockRoot(g.Dirs[i].Mount)
}

func lockRoot(mount string) (unlock func(), err error) {
	fd, err := unix.Open(mount, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", mount, err)
	}
	if err := sys.Flock(fd, unix.LOCK_EX); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("lock %s: %w", mount, err)
	}
	return func() { _ = unix.Close(fd) }, nil
}

// Tidy removes what Make put above groups in a v2 tree, once there are none
// left. Remove does so by itself; after a crash, a sweep ends with Tidy.
func Tidy(t *sys.Tracer) error {
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.Version == 2 {
			if err := tidy(t, h.MountPoint); err != nil {
				return err
			}
		}
	}
	return nil
}

func tidy(t *sys.Tracer, mount string) error {
	if unix.Access(filepath.Join(mount, pin), unix.F_OK) != nil {
		return nil
	}
	unlock, err := lockRoot(mount)
	if err != nil {
		return err
	}
	defer unlock()
	for _, op := range unpin(mount) {
		err := op.perform(t)
		// Whoever hands on the controller by now keeps it on: EBUSY.
		if err != nil && (op.Verb != Write || !errors.Is(err, unix.EBUSY)) {
			return fmt.Errorf("%s: %w", op.what(), err)
		}
	}
	return nil
}
