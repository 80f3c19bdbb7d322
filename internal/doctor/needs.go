package doctor

import (
	"context"

	"byhand/lab/cgroup"
)

// The needs that a lesson can name.
const (
	// Chroot is chroot(2): CAP_SYS_CHROOT, or a user namespace that lends it.
	Chroot Need = "chroot"
	// UserNamespaces is clone(2) with CLONE_NEWUSER, the identity maps
	// written, and capabilities that count inside.
	UserNamespaces Need = "user-namespaces"
	// SixNamespaces is new mount, UTS, IPC, network, PID and user namespaces
	// at once, and a proc file system mounted inside.
	SixNamespaces Need = "namespaces"
	// ProcMount is a proc file system of a new PID namespace.
	ProcMount Need = "proc-mount"
	// SysfsMount is a sysfs of a new network namespace.
	SysfsMount Need = "sysfs-mount"
	// CgroupCPU is a cgroup that limits and counts CPU time.
	CgroupCPU Need = "cgroup-cpu"
	// CgroupMemory is a cgroup that limits memory.
	CgroupMemory Need = "cgroup-memory"
	// CgroupFreezer is a cgroup that can be frozen.
	CgroupFreezer Need = "cgroup-freezer"
	// Networks is a bridge, a veth pair and rules for NAT in a new network
	// namespace, and the programs by which the lesson's commands make them.
	Networks Need = "networks"
	// Overlay is overlayfs mounted in a new user namespace.
	Overlay Need = "overlay"
	// Bash is the shell that runs the lessons' printed commands.
	Bash Need = "bash"
	// Tools are the programs that the lessons' printed commands call.
	Tools Need = "tools"
)

// exam ties a need to how it is examined.
type exam struct {
	need    Need
	what    string
	examine func(context.Context) Finding
}

// exams lists every need, in the order in which lessons come to them.
func exams() []exam {
	return []exam{
		{Chroot, "a root of its own", examineChroot},
		{UserNamespaces, "user namespaces", examineUserNamespaces},
		{SixNamespaces, "six namespaces at once", examineSixNamespaces},
		{ProcMount, "proc mounted inside", examineProcMount},
		{SysfsMount, "sysfs mounted inside", examineSysfsMount},
		{CgroupCPU, "cgroups for CPU time", controllers(cgroup.CPU, cgroup.CPUAcct)},
		{CgroupMemory, "cgroups for memory", controllers(cgroup.Memory)},
		{CgroupFreezer, "cgroups that freeze", controllers(cgroup.Freezer)},
		{Networks, "networks of its own", examineNetworks},
		{Overlay, "directories laid over each other", examineOverlay},
		{Bash, "bash", examineBash},
		{Tools, "the commands that lessons print", examineTools},
	}
}
