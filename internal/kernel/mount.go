package kernel

import (
	"slices"
	"strings"
)

// Mount is one line of mountinfo (proc_pid_mountinfo(5)).
type Mount struct {
	// ID tells mounts apart, in every mount namespace, for as long as they last.
	ID string
	// Parent is the ID of the mount that this one is mounted on; of the topmost
	// mount it is the mount's own or that of one which the list does not have.
	Parent string
	// Device is the file system's.
	Device Device
	// Root is the directory of the file system that is mounted.
	Root string
	// Target is where, as the process sees it.
	Target string
	// Options are the mount's own, such as "rw,nosuid".
	Options string
	// Shared is the peer group that the mount propagates to and from, or 0
	// (mount_namespaces(7)).
	Shared int
	// Master is the peer group that the mount, a slave, receives from, or 0.
	Master int
	// PropagateFrom is, where the master is not seen below the process's root,
	// the nearest peer group that is and that the mount receives from, or 0.
	PropagateFrom int
	// Unbindable is true where the mount may not be bind mounted.
	Unbindable bool
	// FSType is the file system, such as "tmpfs".
	FSType string
	// Source is what was named as the source; it may be empty.
	Source string
	// SuperOptions are those of the file system, which all its mounts share,
	// with values escaped as the kernel writes them, such as "rw,size=80k".
	SuperOptions string
}

// Has reports whether an option, such as "ro", is among the mount's own.
func (m Mount) Has(option string) bool {
	return slices.Contains(strings.Split(m.Options, ","), option)
}

// Super returns the value of one of the file system's options, and whether it
// is there; one without a value, such as "rw", has "".
func (m Mount) Super(name string) (value string, found bool) {
	// A comma in a value is escaped, so splitting has to come first.
	for option := range strings.SplitSeq(m.SuperOptions, ",") {
		if key, value, _ := strings.Cut(option, "="); unescape(key) == name {
			return unescape(value), true
		}
	}
	return "", false
}

// Propagation says how mounts below this one spread, in findmnt(8)'s words:
// "private" or "shared", each with ",slave" behind it for a slave and
// ",unbindable" for what may not be bind mounted.
func (m Mount) Propagation() string {
	how := "private"
	if m.Shared != 0 {
		how = "shared"
	}
	if m.Master != 0 {
		how += ",slave"
	}
	if m.Unbindable {
		how += ",unbindable"
	}
	return how
}
