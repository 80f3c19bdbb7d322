package doctor

import (
	"fmt"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// cgroupFindings gives the layout, then a finding for each controller, and for
// those that the course needs even where nothing names them.
func cgroupFindings(listed []kernel.Subsystem, mounted []kernel.Hierarchy) []Finding {
	all := bind(listed, mounted)
	for _, name := range []string{"cpu", "memory"} {
		if !slices.ContainsFunc(all, func(c controller) bool { return c.name == name }) {
			all = append(all, controller{name: name})
		}
	}
	findings := []Finding{layout(mounted)}
	for _, c := range all {
		findings = append(findings, c.finding())
	}
	return findings
}

// withinV2 says what v2 has in place of controllers that cgroup.controllers
// never names there (cgroups(7), "Cgroups v2 controllers").
func withinV2(name string) string {
	switch name {
	case "freezer":
		return "v2, as cgroup.freeze in every cgroup"
	case "cpuacct":
		return "v2, as cpu.stat in every cgroup"
	case "devices":
		return "v2, as BPF programs attached to a cgroup"
	case "perf_event":
		return "v2, for every cgroup without being enabled"
	}
	return ""
}

// finding says where the controller is, and how to get it where it is nowhere.
func (c controller) finding() Finding {
	f := Finding{What: "cgroup " + c.name, Required: c.name == "cpu" || c.name == "memory"}
	switch {
	case c.at.Version == 1:
		f.OK, f.Got = true, "v1, mounted on "+c.at.MountPoint
	case c.at.Version == 2 && c.name == v1Name("io"):
		f.OK, f.Got = true, "v2, as io in "+c.at.MountPoint+"/cgroup.controllers"
	case c.at.Version == 2:
		f.OK, f.Got = true, "v2, in "+c.at.MountPoint+"/cgroup.controllers"
	case c.listed && !c.enabled:
		f.Got = "not available: /proc/cgroups says that it is disabled"
		f.Mend = fmt.Sprintf("boot with cgroup_enable=%s, and without cgroup_disable=%s, on the kernel's command line", c.name, c.name)
	case c.bound:
		f.Got = "not available: bound to a v1 hierarchy that is not mounted here"
		f.Mend = c.mount()
	case c.unified != "" && withinV2(c.name) != "":
		f.OK, f.Got = true, withinV2(c.name)
	case c.unified == "/sys/fs/cgroup":
		f.Got = "not available: not in " + c.unified + "/cgroup.controllers"
		f.Mend = fmt.Sprintf("write +%s to cgroup.subtree_control of the cgroups above, or boot a kernel built with it, as Debian's is", c.name)
	case c.listed:
		f.Got = "not available: the kernel has it, but no mounted hierarchy offers it"
		f.Mend = c.mount()
	default:
		f.Got = "not available: neither /proc/cgroups nor a mounted hierarchy names it"
		f.Mend = "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup, or boot a kernel built with it, as Debian's is"
	}
	return f
}

// mount is the command that mounts a v1 hierarchy with the controller.
func (c controller) mount() string {
	dir := "/sys/fs/cgroup/" + c.name
	return fmt.Sprintf("sudo mkdir -p %s && sudo mount -t cgroup -o %s cgroup %s", dir, c.name, dir)
}

// layout says which versions are mounted.
func layout(mounted []kernel.Hierarchy) Finding {
	var v1 int
	var v2 []string
	for _, h := range mounted {
		if h.Version == 1 {
			v1++
			continue
		}
		offer := "no controllers"
		if len(h.Controllers) > 0 {
			offer = strings.Join(h.Controllers, " ")
		}
		v2 = append(v2, fmt.Sprintf("%s (offers %s)", h.MountPoint, offer))
	}
	unified := strings.Join(v2, ", ")
	f := Finding{What: "cgroup versions", OK: true, Required: true}
	switch {
	case v1 > 0 && v2 != nil:
		f.Got = fmt.Sprintf("hybrid: %d v1 hierarchies, and v2 on %s", v1, unified)
	case v1 > 0:
		f.Got = fmt.Sprintf("v1: %d hierarchies", v1)
	case v2 != nil:
		f.Got = "v2 on " + unified
	default:
		f.OK = false
		f.Got = "no cgroup file system is mounted"
		f.Mend = "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"
	}
	return f
}
