// Package mount attaches file systems to the tree that a process sees, with mount(2).
package mount

import (
	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// Proc is a stage: it mounts the processes of its own pid namespace at /proc.
func Proc(c *process.Child, _ struct{}) (struct{}, error) {
	// What proc shows is the pid namespace of the process that mounts it, so
	// this process must be in there already. Nothing on it is to be executed,
	// to change who one is, or to be a device.
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	return struct{}{}, c.Trace.Mount("proc", "/proc", "proc", flags, "")
}

// Sys is a stage: it mounts the kernel's devices at /sys, of the network only
// those of its own network namespace.
func Sys(c *process.Child, _ struct{}) (struct{}, error) {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	return struct{}{}, c.Trace.Mount("sysfs", "/sys", "sysfs", flags, "")
}

// Tmp is a stage: it mounts memory at /tmp, in which anybody may write but
// delete only what is theirs (mode 1777).
func Tmp(c *process.Child, _ struct{}) (struct{}, error) {
	const flags = unix.MS_NOSUID | unix.MS_NODEV
	return struct{}{}, c.Trace.Mount("tmpfs", "/tmp", "tmpfs", flags, "mode=1777")
}
