package doctor

import (
	"slices"

	"byhand/internal/kernel"
)

// controller is one cgroup controller and where it is to be found. The version
// is each controller's own: hybrid systems have some on v1 beside others on v2.
type controller struct {
	name string
	// listed is true where /proc/cgroups has it, which newer kernels keep for
	// those with a v1 side; enabled is what it says.
	listed, enabled bool
	// bound is true where /proc/cgroups gives it a v1 hierarchy.
	bound bool
	// at is the mounted hierarchy that has it; or of version 0.
	at kernel.Hierarchy
	// unified is the mount point of a v2 hierarchy, whatever it offers; or "".
	unified string
}

// v1Name gives the v1 name of the controller that v2 renamed, so that each is
// listed once.
func v1Name(name string) string {
	if name == "io" {
		return "blkio"
	}
	return name
}

// bind finds out where each controller is: those that the kernel lists, and
// those that only a hierarchy names.
func bind(listed []kernel.Subsystem, mounted []kernel.Hierarchy) []controller {
	var all []controller
	for _, s := range listed {
		all = append(all, controller{name: s.Name, listed: true, enabled: s.Enabled, bound: s.Hierarchy != 0})
	}
	var unified string
	for _, h := range mounted {
		if h.Version == 2 {
			unified = h.MountPoint
		}
		for _, name := range h.Controllers {
			at, _ := kernel.WithController(mounted, name)
			i := slices.IndexFunc(all, func(c controller) bool { return c.name == v1Name(name) })
			if i < 0 {
				all = append(all, controller{name: v1Name(name), enabled: true})
				i = len(all) - 1
			}
			all[i].at = at
		}
	}
	for i := range all {
		all[i].unified = unified
	}
	return all
}

// cgroups examines every controller of this machine.
func cgroups() []Finding {
	// A kernel without v1 need not have /proc/cgroups.
	listed, _ := kernel.Subsystems()
	mounted, err := kernel.Hierarchies(0)
	all := cgroupFindings(listed, mounted)
	if err != nil {
		all[0].OK, all[0].Got, all[0].Mend = false, "not known: "+err.Error(), "sudo mount -t proc proc /proc"
	}
	return all
}
