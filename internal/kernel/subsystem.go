package kernel

import (
	"fmt"
	"strconv"
	"strings"
)

// Subsystem is a line of /proc/cgroups (cgroups(7)): a cgroup controller that
// the kernel was built with and that has a v1 side.
type Subsystem struct {
	// Name is the controller's name on v1, such as "cpu".
	Name string
	// Hierarchy is the number of its v1 hierarchy, or 0 where it has none.
	Hierarchy int
	// Cgroups counts the cgroups in its hierarchy.
	Cgroups int
	// Enabled is false where it was disabled at boot (cgroup_disable=).
	Enabled bool
}

// Subsystems reads /proc/cgroups.
func Subsystems() ([]Subsystem, error) { return read("/proc/cgroups", ParseSubsystems) }

// ParseSubsystems reads the text of /proc/cgroups.
func ParseSubsystems(text string) ([]Subsystem, error) {
	// The first line names the columns.
	if heading, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(heading, "#") {
		text = rest
	}
	return lines(text, func(line string) (Subsystem, error) {
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			return Subsystem{}, fmt.Errorf("%q has %d fields; want 4", line, len(f))
		}
		hierarchy, err1 := strconv.Atoi(f[1])
		cgroups, err2 := strconv.Atoi(f[2])
		enabled, err3 := strconv.ParseBool(f[3])
		if err1 != nil || err2 != nil || err3 != nil || f[0] == "" {
			return Subsystem{}, fmt.Errorf("%q is no controller", line)
		}
		return Subsystem{f[0], hierarchy, cgroups, enabled}, nil
	})
}
