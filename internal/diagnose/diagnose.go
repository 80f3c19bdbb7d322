// Package diagnose says what is wrong with what a person made: first what the
// kernel shows, then the command that mends it. It is asked once a check was
// refused, and only reads.
package diagnose

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// options are unshare(1)'s, by the namespaces' names in /proc/PID/ns.
var options = map[string]string{
	"mnt": "--mount", "uts": "--uts", "ipc": "--ipc", "net": "--net", "pid": "--pid --fork", "user": "--user --map-root-user",
}

// Shared says why a process may be in our namespace of a kind.
func Shared(pid int, kind string) string {
	shares := "the process shares our " + kind + " namespace: "
	if kind == "pid" && leftBehind(pid) {
		// What unshare(2) makes is for children only: a process keeps its number.
		return "the process is still in our pid namespace, only its children will be in the new one (/proc/PID/ns/pid_for_children): --pid needs --fork: unshare --pid --fork"
	}
	return shares + "unshare's option for it is missing: " + options[kind]
}

// leftBehind reports whether a process called unshare(2) for a pid namespace
// and did not fork: its children's namespace is another than its own, or has
// no process yet and therefore no link.
func leftBehind(pid int) bool {
	all, err := kernel.Namespaces(pid)
	return err == nil && all["pid_for_children"] != all["pid"]
}

// NotFirst says why a process is not number 1 of its pid namespace.
func NotFirst(pid int) string {
	if ours, err := kernel.Namespace(0, "pid"); err == nil {
		if theirs, err := kernel.Namespace(pid, "pid"); err == nil && ours == theirs {
			return Shared(pid, "pid")
		}
	}
	return "it is not the first process of a new pid namespace: --pid needs --fork, and what nsenter(1) starts comes later than the first"
}

// Unmapped says what is wrong with a process's uid_map.
func Unmapped(pid int) string {
	idmap, err := kernel.UIDMap(pid)
	switch {
	case err == nil && idmap == "":
		return fmt.Sprintf("its uid_map is empty: nobody outside is anybody inside, and it is user 65534, nobody: unshare --user --map-root-user, or from outside: echo 0 %d 1 >/proc/%d/uid_map", os.Geteuid(), pid)
	case err == nil && strings.HasSuffix(idmap, " 4294967295"):
		return "its uid_map maps every user to itself, as in no user namespace: unshare --user --map-root-user"
	}
	return "root inside is not mapped to you outside, or others are mapped too: --map-root-user"
}

// Outside says what is wrong with a working directory that is not below the root.
func Outside(pid int) string {
	cwd, err := kernel.CwdLink(pid)
	if err != nil {
		cwd = "elsewhere"
	}
	return "the working directory was left outside, at " + cwd + ", which is a way out: chdir(2) first; inside: cd /"
}

// NotMounted says why nothing of a type is mounted at target inside.
func NotMounted(pid int, target, fstype string) string {
	command := fmt.Sprintf("inside: mount -t %s %s %s", fstype, fstype, target)
	nothing := "nothing of that kind is mounted there inside: "
	switch {
	case fstype == "proc" && foreign(pid, "pid") && sameFileSystem(pid, target):
		return "in a new pid namespace, but " + target + " is still the host's: " + command
	case fstype == "proc" && foreign(pid, "pid"):
		return nothing + "it is in a new pid namespace, but its " + target + " is empty: " + command
	case fstype == "proc":
		return nothing + "and the process is in our pid namespace, so that proc would show the host's processes: unshare --pid --fork first"
	case fstype == "sysfs" && !foreign(pid, "net"):
		return nothing + sharedNet
	}
	return nothing + command
}

const sharedNet = "the process shares our network namespace: sysfs would show the host's devices, and in a user namespace mount(2) refuses it (EPERM): unshare --net first, then mount -t sysfs sysfs /sys"

// HostsOwn says how a process comes to see the host's file system at target.
func HostsOwn(pid int, target, fstype string) string {
	if fstype == "proc" && !foreign(pid, "pid") {
		return "it is the host's own " + target + ": proc shows the pid namespace of who mounts it, and the process is in ours: unshare --pid --fork, then mount -t proc proc /proc"
	}
	if fstype == "sysfs" && !foreign(pid, "net") {
		return "it is the host's own " + target + ": " + sharedNet
	}
	if kind := map[string]string{"proc": "pid", "sysfs": "net"}[fstype]; kind != "" {
		return fmt.Sprintf("in a new %s namespace, but %s is still the host's own %s, never mounted anew or shown again by mount --bind; inside: mount -t %s %s %s", kind, target, target, fstype, fstype, target)
	}
	return fmt.Sprintf("it is the host's own %s shown again; inside: mount -t %s %s %s", target, fstype, fstype, target)
}

// WrongProcesses says why a proc that is mounted inside shows others' processes.
func WrongProcesses(pid int) string {
	if !foreign(pid, "pid") {
		return Shared(pid, "pid") + "; then mount -t proc proc /proc"
	}
	return "/proc shows another pid namespace's processes, such as the host's: it was mounted from outside; inside: mount -t proc proc /proc"
}

// WrongDevices says why a sysfs that is mounted inside shows others' devices.
func WrongDevices(pid int) string {
	if !foreign(pid, "net") {
		return "/sys shows the host's devices: " + sharedNet
	}
	return "/sys shows another network namespace's devices: it was mounted before the process had its own; inside: umount /sys; mount -t sysfs sysfs /sys"
}

// Leaked says why a mount made inside is in our mount namespace too.
func Leaked(pid int, target string) string {
	if !foreign(pid, "mnt") {
		return "the mount is in our mount namespace, which the process shares: unshare --mount first"
	}
	mounts, _ := kernel.Mounts(pid)
	if m, found := kernel.MountAt(mounts, target); found && m.Shared != 0 {
		return fmt.Sprintf("the mount came through by propagation: the mounts inside are shared (mountinfo: shared:%d): mount --make-rprivate / before, as unshare --mount does by itself unless told --propagation", m.Shared)
	}
	return "the mount is in our mount namespace, or came through by propagation: mount --make-rprivate / before"
}

// foreign reports whether a process is in another namespace of a kind than we.
func foreign(pid int, kind string) bool {
	ours, err := kernel.Namespace(0, kind)
	if err != nil {
		return false
	}
	theirs, err := kernel.Namespace(pid, kind)
	return err == nil && ours != theirs
}

// sameFileSystem reports whether a process sees at a path the file system that
// we see there, as one does that has no root of its own.
func sameFileSystem(pid int, path string) bool {
	ours, err := kernel.Mounts(0)
	if err != nil {
		return false
	}
	theirs, err := kernel.Mounts(pid)
	if err != nil {
		return false
	}
	m, found := kernel.MountAt(ours, path)
	return found && slices.ContainsFunc(theirs, func(t kernel.Mount) bool { return t.Device == m.Device && t.Target == path })
}
