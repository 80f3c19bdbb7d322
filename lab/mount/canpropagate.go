package mount

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// canPropagate refuses, as Docker does, to bind a source as shared or slave
// whose own mount has nobody to share with: mount(2) would agree, and nothing
// would ever turn up.
func canPropagate(source string, mode Propagation) error {
	flags := mode.flags()
	if flags&(unix.MS_SHARED|unix.MS_SLAVE) == 0 {
		return nil
	}
	path, err := filepath.EvalSymlinks(source)
	if err != nil {
		return err
	}
	mounts, err := kernel.Mounts(0)
	if err != nil {
		return err
	}
	on, found := kernel.MountAt(mounts, path)
	switch {
	case !found:
		return fmt.Errorf("find the mount that holds %s: %w", path, unix.EINVAL)
	case flags&unix.MS_SHARED != 0 && on.Shared == 0:
		return fmt.Errorf("path %s is mounted on %s but it is not a shared mount", source, on.Target)
	case on.Shared == 0 && on.Master == 0:
		return fmt.Errorf("path %s is mounted on %s but it is not a shared or slave mount", source, on.Target)
	}
	return nil
}
