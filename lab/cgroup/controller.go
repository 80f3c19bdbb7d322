package cgroup

import "slices"

// Controller is a part of the kernel that limits or counts, by its v1 name.
type Controller string

// The controllers that this package knows.
const (
	// CPU shares out processor time.
	CPU Controller = "cpu"
	// CPUAcct counts processor time.
	CPUAcct Controller = "cpuacct"
	// Memory limits and counts memory.
	Memory Controller = "memory"
	// PIDs limits the number of tasks.
	PIDs Controller = "pids"
	// BlkIO limits what block devices read and write; v2 calls it io.
	BlkIO Controller = "blkio"
	// Freezer stops every process of a group.
	Freezer Controller = "freezer"
	// Devices decides which device nodes may be opened.
	Devices Controller = "devices"
)

// V2Name returns what cgroup.controllers calls the controller, or "" where
// every v2 group has the function without one (cgroups(7)).
func (c Controller) V2Name() string {
	switch c {
	case CPUAcct, Freezer, Devices:
		return ""
	case BlkIO:
		return "io"
	}
	return string(c)
}

// v2Names lists the names in v2 of those that have one.
func v2Names(controllers []Controller) []string {
	var names []string
	for _, c := range controllers {
		if name := c.V2Name(); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
