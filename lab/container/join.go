package container

import (
	"runtime"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/process"
)

// Guest is a program that joins a container which runs already.
type Guest struct {
	// Program is what is executed; its Who is found inside.
	Program Program
	// User is who it runs as, as in Config.
	User string
}

// Join is a stage: in a container's namespaces, and so in its root, it becomes
// another program of the container's. Its first file is as with Run.
func Join(c *process.Child, g Guest) (Outcome, error) {
	runtime.LockOSThread()
	who, err := LookUp(g.User)
	if err != nil {
		return Failed(err), nil
	}
	g.Program.Who = who
	if _, err := Session(c.Trace, g.Program.TTY, c.Files[0]); err != nil {
		return Outcome{}, err
	}
	return g.Program.execute(c.Trace)
}

// Joined is the Command of a process that joins those namespaces of a
// container's first process which are not ours already.
func Joined(pid int, g Guest) (process.Command, error) {
	c := process.Command{Stage: "join", Args: g, JoinPID: pid}
	for kind, flag := range map[string]uintptr{
		"mnt": unix.CLONE_NEWNS, "uts": unix.CLONE_NEWUTS, "ipc": unix.CLONE_NEWIPC, "net": unix.CLONE_NEWNET,
		"pid": unix.CLONE_NEWPID, "user": unix.CLONE_NEWUSER, "cgroup": unix.CLONE_NEWCGROUP,
	} {
		theirs, err := kernel.Namespace(pid, kind)
		if err != nil {
			return c, err
		}
		if ours, err := kernel.Namespace(0, kind); err != nil || ours != theirs {
			c.Join |= flag
		}
	}
	return c, nil
}
