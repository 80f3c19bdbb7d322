// Package torture stops a program at the n-th system call of a kind that it, or
// what it has started, is about to make, so that it can be killed just there.
package torture

import (
	"maps"
	"slices"

	"golang.org/x/sys/unix"
)

// Kind is a sort of system calls by which byhand changes the machine.
type Kind string

// The kinds.
const (
	Mounts  Kind = "mount"
	Clones  Kind = "clone"
	Names   Kind = "rename"
	Dirs    Kind = "mkdir"
	Groups  Kind = "cgroup"
	Network Kind = "netlink"
)

// calls are the system calls of each kind, of those that Go's runtime and
// library make. Groups and Network are told by the descriptor besides.
var calls = map[Kind][]uint32{
	Mounts: {
		unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE,
		unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_MOUNT_SETATTR,
	},
	Clones:  {unix.SYS_CLONE, unix.SYS_CLONE3, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_EXECVE},
	Names:   {unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT, unix.SYS_SYMLINKAT, unix.SYS_UNLINKAT},
	Dirs:    {unix.SYS_MKDIRAT, unix.SYS_MKNODAT},
	Groups:  {unix.SYS_WRITE, unix.SYS_PWRITE64},
	Network: {unix.SYS_SENDTO, unix.SYS_SENDMSG},
}

// Kinds names all of them.
func Kinds() []Kind { return slices.Sorted(maps.Keys(calls)) }
