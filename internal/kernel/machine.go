package kernel

import "strings"

// DMI returns what the firmware says of the machine, below /sys/class/dmi/id;
// name is such as "sys_vendor" or "product_name".
func DMI(name string) (string, error) { return line("/sys/class/dmi/id/" + name) }

// HypervisorType returns the hypervisor's name where it tells the kernel one, as
// Xen does.
func HypervisorType() (string, error) { return line("/sys/hypervisor/type") }

// CPUFlags returns the flags of the first CPU in /proc/cpuinfo, which x86 has,
// such as "hypervisor".
func CPUFlags() ([]string, error) { return read("/proc/cpuinfo", ParseCPUFlags) }

// ParseCPUFlags reads the text of /proc/cpuinfo, whose form is each
// architecture's own: without a line "flags" there are none.
func ParseCPUFlags(text string) ([]string, error) {
	for l := range strings.Lines(text) {
		if key, value, _ := strings.Cut(l, ":"); strings.TrimSpace(key) == "flags" {
			return strings.Fields(value), nil
		}
	}
	return nil, nil
}
