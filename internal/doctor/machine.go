package doctor

import (
	"slices"
	"strings"
)

// machine gathers the signs of being in a container or a virtual machine. They
// are signs only: none is certain, and none forbids anything.
func machine() Finding {
	var signs []string
	// Container managers leave these, as systemd's container interface asks
	// of them and as Docker and Podman do of their own accord.
	for _, path := range []string{"/run/systemd/container", "/run/host/container-manager"} {
		if name := line(path); name != "" {
			signs = append(signs, "container: "+path+" says "+name)
		}
	}
	for _, path := range []string{"/.dockerenv", "/run/.containerenv"} {
		if exists(path) {
			signs = append(signs, "container: "+path+" exists")
		}
	}
	if s := hypervisor(line("/sys/class/dmi/id/sys_vendor") + " " + line("/sys/class/dmi/id/product_name")); s != "" {
		signs = append(signs, "virtual machine: the firmware calls it "+s)
	}
	if name := line("/sys/hypervisor/type"); name != "" {
		signs = append(signs, "virtual machine: /sys/hypervisor/type says "+name)
	}
	if hypervisorFlag(line("/proc/cpuinfo")) {
		signs = append(signs, "virtual machine: /proc/cpuinfo has the flag hypervisor")
	}
	if signs == nil {
		signs = []string{"no sign of a container or a virtual machine"}
	}
	return Finding{What: "machine", OK: true, Got: strings.Join(signs, "; ")}
}

// hypervisor returns the DMI vendor and product where they are those of a
// virtual machine, or "".
func hypervisor(dmi string) string {
	dmi = strings.TrimSpace(dmi)
	for _, mark := range []string{
		"QEMU", "KVM", "VirtualBox", "innotek", "VMware", "Virtual Machine", "Xen", "Bochs",
		"Parallels", "BHYVE", "OpenStack", "Amazon EC2", "Google Compute Engine", "Apple Virtualization",
	} {
		if strings.Contains(dmi, mark) {
			return dmi
		}
	}
	return ""
}

// hypervisorFlag reports whether the CPU says that it is virtual, as x86 does.
func hypervisorFlag(cpuinfo string) bool {
	for l := range strings.Lines(cpuinfo) {
		key, value, _ := strings.Cut(l, ":")
		if strings.TrimSpace(key) == "flags" {
			return slices.Contains(strings.Fields(value), "hypervisor")
		}
	}
	return false
}
