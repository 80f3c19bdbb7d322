// Package xray takes the anatomy of a process: what the kernel keeps apart for
// it, and what it shares with everything else on the machine. It reads files of
// /proc and of the cgroup file systems and asks no daemon, so that it serves for
// any container, whoever made it.
package xray

import (
	"byhand/internal/kernel"
)

// Anatomy is what the kernel shows of one process. What could not be read is
// named in Unread and zero elsewhere.
type Anatomy struct {
	// PID is the process as we count, Inside its number in its own PID namespace.
	PID    int `json:"pid"`
	Inside int `json:"pid_inside,omitempty"`
	// Name is the program's; State is one letter, such as "S" for asleep.
	Name  string `json:"name"`
	State string `json:"state"`
	// Parent is the parent's PID; 0: none that we see.
	Parent int `json:"parent"`
	// Command is what it was started with.
	Command []string `json:"command"`
	// Container says which container it belongs to, where that is known.
	Container *Identity `json:"container,omitempty"`
	// Root and Cwd are its root and its working directory, as we see them.
	Root string `json:"root"`
	Cwd  string `json:"cwd"`
	// Namespaces are those of each kind.
	Namespaces []Namespace `json:"namespaces"`
	// UID and GID are the effective ones as we see them.
	UID int `json:"uid"`
	GID int `json:"gid"`
	// UIDMap and GIDMap are of its user namespace: inside, outside, length.
	UIDMap string `json:"uid_map"`
	GIDMap string `json:"gid_map"`
	// Capabilities are its five sets.
	Capabilities []CapabilitySet `json:"capabilities"`
	// NoNewPrivs is true where execve(2) can't give privileges any more.
	NoNewPrivs bool `json:"no_new_privs"`
	// Seccomp is "off", "strict", "filter" or "not built in".
	Seccomp string `json:"seccomp"`
	// SeccompFilters counts the filters.
	SeccompFilters int `json:"seccomp_filters"`
	// Label is a Linux security module's, or empty.
	Label string `json:"lsm_label"`
	// Groups are its cgroups, one for each controller and named hierarchy.
	Groups []Group `json:"cgroups"`
	// Mounts are those that it sees.
	Mounts []Mount `json:"mounts"`
	// Processes are those of its PID namespace and below, lowest first.
	Processes []Process `json:"processes"`
	// Devices and Sockets are of its network namespace.
	Devices []string        `json:"net_devices"`
	Sockets []kernel.Socket `json:"sockets"`
	// OOM is how it stands when memory runs out.
	OOM *kernel.OOM `json:"oom,omitempty"`
	// Unread says, by the name of a field here, why it is not known.
	Unread map[string]string `json:"unread"`
}

// Namespace is one that a process is in.
type Namespace struct {
	// Kind is the name in /proc/PID/ns, such as "mnt".
	Kind string `json:"kind"`
	// ID is such as "mnt:[4026531841]".
	ID string `json:"id"`
	// Ours tells whether we are in it too.
	Ours bool `json:"shared_with_us"`
	// First tells whether process 1 is in it; nil where that may not be read.
	First *bool `json:"shared_with_pid_1"`
}

// CapabilitySet is one of the five.
type CapabilitySet struct {
	// Name is such as "effective"; Field is the line of /proc/PID/status.
	Name  string `json:"set"`
	Field string `json:"field"`
	// Names are its members, such as "CAP_CHOWN".
	Names []string `json:"names"`
	// All is true where every capability that the kernel knows is in it.
	All bool `json:"all"`

	lacks []string
}

// Mount is a mount that a process sees.
type Mount struct {
	// Target is where; Source and Type say what; Root is the directory of the
	// file system that is shown there.
	Target string `json:"target"`
	Source string `json:"source"`
	Type   string `json:"type"`
	Root   string `json:"root"`
	// ReadOnly is the mount's own or its file system's.
	ReadOnly bool `json:"read_only"`
	// Propagation is in findmnt(8)'s words.
	Propagation string `json:"propagation"`
	// Options are the mount's own.
	Options string `json:"options"`
}

// Process is one that shares the PID namespace.
type Process struct {
	// PID is as we count, Inside as it counts itself.
	PID    int `json:"pid"`
	Inside int `json:"pid_inside"`
	// Name is the program's.
	Name string `json:"name"`
}

// Look takes the anatomy of a process. It fails only where there is no such
// process; what may not be read is in Unread.
func Look(pid int) (Anatomy, error) {
	a := Anatomy{PID: pid, Unread: map[string]string{}}
	s, err := kernel.ReadStatus(pid)
	if err != nil {
		return a, err
	}
	a.status(s)
	a.Command = note(&a, "command", kernel.CommandLine, pid)
	a.Root = note(&a, "root", kernel.RootLink, pid)
	a.Cwd = note(&a, "cwd", kernel.CwdLink, pid)
	a.UIDMap = note(&a, "uid_map", kernel.UIDMap, pid)
	a.GIDMap = note(&a, "gid_map", kernel.GIDMap, pid)
	a.Label = note(&a, "lsm_label", kernel.SecurityLabel, pid)
	a.Namespaces = note(&a, "namespaces", namespaces, pid)
	a.Mounts = note(&a, "mounts", mounts, pid)
	a.Groups = note(&a, "cgroups", groups, pid)
	a.Processes = note(&a, "processes", companions, pid)
	a.Devices = note(&a, "net_devices", kernel.NetDevices, pid)
	a.Sockets = note(&a, "sockets", kernel.Waiting, pid)
	if oom, err := kernel.ReadOOM(pid); err == nil {
		a.OOM = &oom
	} else {
		a.Unread["oom"] = reason(err)
	}
	a.container()
	if _, err := kernel.ReadStatus(pid); err != nil {
		return a, err // it ended meanwhile, so that half of this is of nothing
	}
	return a, nil
}

// note reads one thing, or notes why it could not be read.
func note[T any](a *Anatomy, name string, read func(int) (T, error), pid int) T {
	value, err := read(pid)
	if err != nil {
		a.Unread[name] = reason(err)
	}
	return value
}

// container finds out from the cgroups which container the process is in.
func (a *Anatomy) container() {
	members, err := kernel.Memberships(a.PID)
	if err != nil {
		return
	}
	if id, found := identify(members); found {
		a.Container = &id
	}
}
