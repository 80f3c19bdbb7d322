package kernel

import (
	"fmt"
	"strings"
)

// NoSeccomp is Status.Seccomp on a kernel built without seccomp.
const NoSeccomp = -1

// Status is what /proc/PID/status says of a process (proc_pid_status(5)). What
// an older kernel does not write stays zero.
type Status struct {
	// Name is the program's, cut to 15 bytes.
	Name string
	// State is one letter, such as "S" for asleep and "Z" for a zombie.
	State string
	// PID is the process, Parent its parent (0: none, or outside our PID
	// namespace), as our PID namespace counts.
	PID, Parent int
	// UID and GID are as our user namespace maps them.
	UID, GID IDs
	// Groups are the supplementary groups.
	Groups []int
	// NSpid is the process in each PID namespace from ours down to its own.
	NSpid []int
	// Threads counts them.
	Threads int
	// CapInh, CapPrm, CapEff, CapBnd and CapAmb are the inheritable, permitted,
	// effective, bounding and ambient sets (capabilities(7)).
	CapInh, CapPrm, CapEff, CapBnd, CapAmb Capabilities
	// NoNewPrivs is true where execve(2) can't give privileges any more.
	NoNewPrivs bool
	// Seccomp is 0 without, 1 in strict mode, 2 under a filter (the kernel's
	// SECCOMP_MODE_ constants), or NoSeccomp.
	Seccomp int
	// SeccompFilters counts the filters (since Linux 5.9).
	SeccompFilters int
}

// IDs are the four of a process's user or group (credentials(7)).
type IDs struct {
	// Real is who started it, Effective who it acts as, Saved what it may go
	// back to, and FS what access to files is judged by.
	Real, Effective, Saved, FS int
}

// ReadStatus reads /proc/PID/status.
func ReadStatus(pid int) (Status, error) { return read(of(pid, "status"), ParseStatus) }

// StatusField returns a line of /proc/PID/status behind its name, such as
// "NSpid", its fields separated by single spaces (proc_pid_status(5)).
func StatusField(pid int, name string) (string, error) {
	return read(of(pid, "status"), func(text string) (string, error) { return Field(text, name) })
}

// Field returns what stands behind a name in a text such as /proc/PID/status or
// /proc/meminfo, its words one space apart.
func Field(text, name string) (string, error) {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strings.Join(strings.Fields(value), " "), nil
		}
	}
	return "", fmt.Errorf("no line %q", name)
}
