package cgroup

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// Place is where groups may be made for one controller.
type Place struct {
	// Controller is the one asked for.
	Controller Controller
	// Version is 1 or 2.
	Version int
	// Mount is the mount point of the hierarchy.
	Mount string
	// Parent is the directory in which groups may be made. On v2 it may be
	// missing still: Group.Create makes it.
	Parent string
	// Enable are the directories, from the top, whose cgroup.subtree_control
	// must name the controller so that groups in Parent have it; none on v1.
	Enable []string
}

// Locate finds where groups may be made for a controller. Where there is no
// such place the error is a *LackError.
func Locate(c Controller) (Place, error) {
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return Place{}, fmt.Errorf("find cgroup hierarchies: %w", err)
	}
	return LocateIn(all, c)
}

// LocateIn is Locate among hierarchies that were read already.
func LocateIn(all []kernel.Hierarchy, c Controller) (Place, error) {
	h, found := find(all, c)
	if !found {
		return Place{}, missing(all, c)
	}
	p := Place{Controller: c, Version: h.Version, Mount: h.MountPoint}
	if h.Version == 2 {
		var err error
		p.Parent, p.Enable, err = parentV2(h, c)
		return p, err
	}
	// Below our own group, whatever limits us limits the new group as well.
	p.Parent = dirOf(h)
	if err := unix.Faccessat(unix.AT_FDCWD, p.Parent, unix.W_OK, unix.AT_EACCESS); err != nil {
		return p, notWritable(c, p.Parent, err)
	}
	return p, nil
}

// missing says what to do where no mounted hierarchy has the controller.
func missing(all []kernel.Hierarchy, c Controller) error {
	dir := "/sys/fs/cgroup/" + string(c)
	next := fmt.Sprintf("sudo mkdir -p %s && sudo mount -t cgroup -o %s cgroup %s", dir, c, dir)
	if len(all) == 0 {
		next = "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"
	} else if slices.ContainsFunc(all, func(h kernel.Hierarchy) bool { return h.Version == 2 && h.MountPoint == "/sys/fs/cgroup" }) {
		next = "boot a kernel that has it, without cgroup_disable=" + string(c)
	}
	return &LackError{Controller: c, Lack: fmt.Errorf("%w: no mounted hierarchy has it", ErrMissing), Next: next}
}

func notWritable(c Controller, dir string, err error) error {
	next := "run it as root: sudo"
	if !ordinary() {
		next = "remount the cgroup file system read-write, from outside of this container if it is one"
	}
	return &LackError{Controller: c, Lack: fmt.Errorf("%w (%s: %w)", ErrNotWritable, dir, err), Next: next}
}
