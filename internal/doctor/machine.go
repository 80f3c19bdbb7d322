package doctor

import (
	"slices"
	"strings"

	"byhand/internal/kernel"
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
	// Without firmware tables, as on many boards, both are empty.
	vendor, _ := kernel.DMI("sys_vendor")
	product, _ := kernel.DMI("product_name")
	if s := hypervisor(vendor + " " + product); s != "" {
		signs = append(signs, "virtual machine: the firmware calls it "+s)
	}
	if name, err := kernel.HypervisorType(); err == nil && name != "" {
		signs = append(signs, "virtual machine: /sys/hypervisor/type says "+name)
	}
	// Only x86 has flags, and the CPU itself says there that it is virtual.
	if flags, err := kernel.CPUFlags(); err == nil && slices.Contains(flags, "hypervisor") {
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
