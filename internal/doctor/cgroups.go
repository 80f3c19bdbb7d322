package doctor

import (
	"bufio"
	"io"
	"os"
	"slices"
	"strings"
)

// controller is one cgroup controller and the hierarchy it is bound to. The
// version is each controller's own: hybrid systems have some on v1 beside
// others on v2.
type controller struct {
	name string
	// listed is true where /proc/cgroups has it, which newer kernels keep for
	// those with a v1 side; enabled is what it says.
	listed, enabled bool
	// bound is true where /proc/cgroups gives it a v1 hierarchy.
	bound bool
	// v1 is the mount point of its v1 hierarchy; or "".
	v1 string
	// v2 is the mount point of the unified hierarchy that offers it; or "".
	v2 string
	// unified is the mount point of a v2 hierarchy, whatever it offers; or "".
	unified string
}

// parseCgroups reads the table of /proc/cgroups (cgroups(7)).
func parseCgroups(r io.Reader) []controller {
	var all []controller
	for lines := bufio.NewScanner(r); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) != 4 || strings.HasPrefix(f[0], "#") {
			continue
		}
		all = append(all, controller{
			name: f[0], listed: true, enabled: f[3] != "0", bound: f[1] != "0",
		})
	}
	return all
}

// v1Name gives the v1 name of the controller that v2 renamed, so that each is
// listed once.
func v1Name(name string) string {
	if name == "io" {
		return "blkio"
	}
	return name
}

// bind finds out where each controller is: v1 hierarchies name theirs among
// the mount's options, a v2 one in its root's cgroup.controllers, which offers
// maps from each v2 mount point.
func bind(listed []controller, mounts []mount, offers map[string][]string) []controller {
	all := slices.Clone(listed)
	at := func(name string) *controller {
		name = v1Name(name)
		i := slices.IndexFunc(all, func(c controller) bool { return c.name == name })
		if i < 0 {
			all = append(all, controller{name: name, enabled: true})
			i = len(all) - 1
		}
		return &all[i]
	}
	var unified string
	for _, m := range mounts {
		switch m.fstype {
		case "cgroup":
			for _, o := range m.superOptions {
				if slices.ContainsFunc(all, func(c controller) bool { return c.name == o }) {
					at(o).v1 = m.point
				}
			}
		case "cgroup2":
			unified = m.point
			for _, name := range offers[m.point] {
				at(name).v2 = m.point
			}
		}
	}
	for i := range all {
		all[i].unified = unified
	}
	return all
}

// cgroups examines every controller of this machine.
func cgroups() []Finding {
	var listed []controller
	if f, err := os.Open("/proc/cgroups"); err == nil {
		listed = parseCgroups(f)
		f.Close()
	}
	mounts := mountsOf("self")
	offers := map[string][]string{}
	for _, m := range mounts {
		if m.fstype == "cgroup2" {
			offers[m.point] = strings.Fields(line(m.point + "/cgroup.controllers"))
		}
	}
	return cgroupFindings(listed, mounts, offers)
}
