package sandbox

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/bench"
	"byhand/lab/process"
)

// kinds are the namespaces that can be joined, by their names in /proc/PID/ns.
var kinds = map[string]uintptr{
	"mnt": unix.CLONE_NEWNS, "uts": unix.CLONE_NEWUTS, "ipc": unix.CLONE_NEWIPC,
	"net": unix.CLONE_NEWNET, "pid": unix.CLONE_NEWPID, "user": unix.CLONE_NEWUSER,
}

// Inside is the Command of a process that joins the namespaces of another,
// those that are not ours already, and gets its root as its first file.
func Inside(pid int, stage string, args any) (process.Command, error) {
	c := process.Command{Stage: stage, Args: args, JoinPID: pid}
	for kind, flag := range kinds {
		theirs, err := kernel.Namespace(pid, kind)
		if err != nil {
			return c, err
		}
		if ours, err := kernel.Namespace(0, kind); err != nil || ours != theirs {
			c.Join |= flag
		}
	}
	root, err := os.OpenFile(fmt.Sprintf("/proc/%d/root", pid), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return c, err
	}
	c.Files = []*os.File{root}
	return c, nil
}

// Join runs a stage inside the bench's sandbox: in its namespaces and its root.
func Join(ctx context.Context, b *bench.Bench, stage string, args, result any) error {
	pid, err := PID(b)
	if err != nil {
		return err
	}
	c, err := Inside(pid, stage, args)
	if err != nil {
		return err
	}
	defer c.Files[0].Close()
	c.Env = []string{b.Env()}
	return process.Run(ctx, b.Trace, c, result)
}
