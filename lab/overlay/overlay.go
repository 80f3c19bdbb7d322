// Package overlay piles directories: the upper one takes every change, the
// lower ones, an image's layers, stay as they are. See
// Documentation/filesystems/overlayfs.rst in the kernel's source.
package overlay

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Spec describes a pile.
type Spec struct {
	// Lower are the directories that are only read, the top one first: the
	// order in which overlayfs itself wants them, and the reverse of an
	// image's list of layers.
	Lower []string
	// Upper takes the changes, and Work is an empty directory on the same file
	// system, where overlayfs prepares them. Without both the pile is read-only.
	Upper, Work string
	// UserXattr keeps overlayfs's marks in user.overlay.* attributes and not in
	// trusted.overlay.*, which only root of the first user namespace may set.
	UserXattr bool
}

// options are those that have no paths in them. Without index and metacopy a
// layer's directory holds whole files and nothing else, so that it can be
// packed, moved, or mounted again under another pile. Without redirect_dir,
// renaming a directory of a lower layer gives EXDEV, and mv(1) copies instead.
func (s Spec) options() []option {
	list := []option{{"index", "off"}, {"metacopy", "off"}, {"redirect_dir", "nofollow"}}
	if s.UserXattr {
		list = append(list, option{"userxattr", ""})
	}
	return list
}

// option is a mount option; a flag has no value.
type option struct{ key, value string }

// Open makes the pile and returns its root, open and mounted nowhere: no other
// process sees it, and closing the descriptor is its end, as is kill -9.
func Open(s Spec) (*os.File, error) {
	fd, err := detached(s)
	if errors.Is(err, errOld) {
		fd, err = openOld(s)
	}
	if err != nil {
		return nil, explain(s, err)
	}
	return os.NewFile(uintptr(fd), "overlay"), nil
}

// Mount makes the pile and mounts it at target.
func Mount(s Spec, target string) error {
	fd, err := detached(s)
	if errors.Is(err, errOld) {
		return explain(s, mountOld(s, target))
	}
	if err != nil {
		return explain(s, err)
	}
	defer unix.Close(fd)
	if err := unix.MoveMount(fd, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("move_mount overlay to %s: %w", target, err)
	}
	return nil
}

// explain says what was to be piled, and what lacks.
func explain(s Spec, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("overlay of %d layers, upper %q: %w", len(s.Lower), s.Upper, err)
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w: it needs CAP_SYS_ADMIN in the user namespace that owns the mount namespace; use sudo", err)
	case errors.Is(err, unix.ENODEV):
		return fmt.Errorf("%w: this kernel has no overlayfs; modprobe overlay may load it", err)
	case errors.Is(err, unix.EINVAL):
		return fmt.Errorf("%w: overlayfs can't have its upper directory on another overlayfs; BYHAND_HOME=DIR can name one elsewhere", err)
	}
	return err
}
