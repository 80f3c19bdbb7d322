package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/idmap"
)

// pin is the group directly below the root of a v2 tree in which root's groups
// are made. systemd takes a controller out of the root's subtree_control as
// soon as none of its own units wants it, at a log-out for example, and every
// limit set in a group right below the root is gone. It can't while a child
// hands the controller on to children of its own: disabling is EBUSY then.
const pin = "byhand"

// parentV2 chooses where in a v2 tree groups may be made.
//
// A group that hands controllers to children may have no processes itself,
// except for the tree's real root (cgroup-v2.rst, "No Internal Process
// Constraint"); our own group, with us in it, never will do. So root goes to
// the top, and anybody to the nearest group above that is writable and empty,
// as a delegated scope is whose processes were moved to a child. The search
// ends at the unit that we are in: the slices above are systemd's to divide,
// even where they are writable.
func parentV2(h kernel.Hierarchy, c Controller) (parent string, enable []string, err error) {
	if !ordinary() && usable(h.MountPoint, c) == nil {
		if realRoot(h.MountPoint) {
			parent = filepath.Join(h.MountPoint, pin)
			return parent, []string{h.MountPoint, parent}, nil
		}
		return h.MountPoint, []string{h.MountPoint}, nil
	}
	for dir := dirOf(h); ; dir = filepath.Dir(dir) {
		if usable(dir, c) == nil {
			return dir, []string{dir}, nil
		}
		if dir == h.MountPoint || isUnit(dir) {
			return "", nil, refusalV2(h.MountPoint, dir, c)
		}
	}
}

// ordinary reports whether an ordinary user asks, who may be root of their own
// user namespace.
func ordinary() bool { return os.Geteuid() != 0 || idmap.Inside() }

// isUnit reports whether a group is one of systemd's, by its name.
func isUnit(dir string) bool {
	return slices.Contains([]string{".scope", ".service", ".slice"}, filepath.Ext(dir))
}

// usable returns nil where groups with the controller can be made in dir.
func usable(dir string, c Controller) error {
	for _, path := range []string{dir, filepath.Join(dir, "cgroup.subtree_control"), filepath.Join(dir, "cgroup.procs")} {
		if err := unix.Faccessat(unix.AT_FDCWD, path, unix.W_OK, unix.AT_EACCESS); err != nil {
			return fmt.Errorf("%w (%s: %w)", ErrNotWritable, path, err)
		}
	}
	if name := c.V2Name(); name != "" && !slices.Contains(words(dir, "cgroup.controllers"), name) {
		return fmt.Errorf("%w: %s/cgroup.controllers lacks %s", ErrMissing, dir, name)
	}
	if !realRoot(dir) && len(words(dir, "cgroup.procs")) > 0 {
		return fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	return nil
}

// realRoot reports whether dir is the root of the whole v2 tree, and not only
// of what a container sees of it: the root alone has no cgroup.type.
func realRoot(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "cgroup.type"))
	return os.IsNotExist(err)
}

// scopeShell starts a shell in the child of a delegated scope.
const scopeShell = `systemd-run --user --scope -p Delegate=yes bash -c 'd=/sys/fs/cgroup$(grep ^0:: /proc/self/cgroup | cut -d: -f3); mkdir $d/init && echo 0 > $d/init/cgroup.procs && exec bash'`

// refusalV2 says why no group of the tree will do, and what to type; unit is
// the topmost group that might have been ours.
func refusalV2(root, unit string, c Controller) error {
	if !ordinary() {
		unit = root
	}
	e := &LackError{Controller: c, Lack: usable(unit, c)}
	switch {
	case ordinary() && errors.Is(e.Lack, ErrMissing):
		e.Next = "run it as root: sudo; systemd hands users cpu, memory and pids only"
	case ordinary():
		e.Lack, e.Next = fmt.Errorf("%w (%w)", ErrNotDelegated, e.Lack), scopeShell
	case errors.Is(e.Lack, ErrInUse):
		e.Next = fmt.Sprintf("mkdir %[1]s/init && xargs -rn1 < %[1]s/cgroup.procs > %[1]s/init/cgroup.procs", root)
	case errors.Is(e.Lack, ErrMissing):
		e.Next = "boot a kernel that has it; in a container, have it enabled outside"
	default:
		e.Next = "make " + root + " writable; in a container, from outside"
	}
	return e
}
