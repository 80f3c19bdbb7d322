package mount

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/sys"
)

// ReadOnlyAll makes the mount at target and every mount below it refuse writes.
func ReadOnlyAll(t *sys.Tracer, target string) error {
	// One call for all, at once or not at all. It changes what it is told to
	// change only, so nothing has to be repeated.
	err := t.MountSetattr(target, unix.AT_RECURSIVE, unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
	if !errors.Is(err, unix.ENOSYS) {
		return err
	}
	// Before Linux 5.12 there is no such call: one mount after the other.
	mounts, err := below(target)
	if err != nil {
		return err
	}
	for _, path := range mounts {
		if err := ReadOnly(t, path); err != nil {
			return err
		}
	}
	return nil
}

// below lists where the mount at target and those below it are, from mountinfo.
func below(target string) ([]string, error) {
	top, err := filepath.EvalSymlinks(target) // mountinfo has no symbolic links
	if err != nil {
		return nil, fmt.Errorf("find the mounts below %s: %w", target, err)
	}
	mounts, err := kernel.Mounts(0)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, m := range mounts {
		if m.Target != top && !strings.HasPrefix(m.Target, strings.TrimSuffix(top, "/")+"/") {
			continue
		}
		// One that another covers can't be named, nor written to.
		if at, found := kernel.MountAt(mounts, m.Target); found && at.ID == m.ID {
			paths = append(paths, m.Target)
		}
	}
	return paths, nil
}
