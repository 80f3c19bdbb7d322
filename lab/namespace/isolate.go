// Package namespace gives a process its own view of mounts, host name, IPC,
// network, processes and users (namespaces(7)).
package namespace

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/lab/chroot"
	"byhand/lab/process"
)

// Six are the namespaces of
// `unshare --mount --uts --ipc --net --pid --fork --user --map-root-user`.
const Six = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
	unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWUSER

// Isolated is the Command of a process that is born in new namespaces, and is
// root in them if a user namespace is among them.
//
// clone(2) and not unshare(2): a Go process has several threads, which may not
// leave their user namespace, and a pid namespace takes in only children.
func Isolated(flags uintptr, stage string, args any) process.Command {
	c := process.Command{Stage: stage, Args: args, Clone: flags}
	if flags&unix.CLONE_NEWUSER != 0 {
		// Root inside is nobody but ourselves outside.
		c.UIDMap = fmt.Sprintf("0 %d 1", os.Geteuid())
		c.GIDMap = fmt.Sprintf("0 %d 1", os.Getegid())
	}
	return c
}

// Run is a stage: born in new namespaces, it becomes a program inside another root.
func Run(c *process.Child, p chroot.Program) (struct{}, error) {
	// The new mount namespace is a copy whose mounts still tell the old ones
	// of each change where those are shared, as under systemd; private ones don't.
	if err := c.Trace.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return struct{}{}, err
	}
	return chroot.Run(c, p)
}

// SetHostname is a stage: it names the host of the UTS namespace it runs in.
func SetHostname(c *process.Child, name string) (struct{}, error) {
	return struct{}{}, c.Trace.Sethostname(name)
}
