package exec

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// nsenter is the command that does it, but for the program.
const nsenter = `nsenter --target "$pid" --user --mount --uts --ipc --net --pid --root --wd --preserve-credentials`

func enterShell(b *bench.Bench) string {
	g, _, err := written(b)
	if err != nil {
		return steps.Unable(err)
	}
	join := ""
	if g != nil {
		join = g.JoinShell(`  echo "$BASHPID"`)
	}
	return `# docker exec -i box sh
mkfifo "$LAB/exec.in"
pid=$(cat "$LAB/pid")
(
` + join + `  exec ` + nsenter + ` \
    /bin/sh <>"$LAB/exec.in" >"$LAB/exec.out" 2>&1
) &
until pgrep -P $! >"$LAB/exec.pid"; do sleep 0.1; done
`
}

// enter stands a second shell beside the container's first process.
func enter(ctx context.Context, b *bench.Bench) error {
	g, _, err := group(b)
	if err != nil {
		return err
	}
	return sandbox.Exec(ctx, b, g)
}

// kinds are the namespaces, and what a process sees that was left in ours.
var kinds = []struct{ kind, hint string }{
	{"user", "it did not join the user namespace (--user): it has another's rights inside"},
	{"mnt", "it did not join the mount namespace (--mount): it sees the host's mounts"},
	{"uts", "it did not join the UTS namespace (--uts): it has the host's name"},
	{"ipc", "it did not join the IPC namespace (--ipc)"},
	{"net", "it did not join the network namespace (--net): it has the host's network"},
	{"pid", "it is still in our pid namespace: that takes in only children, born after setns(2) (--pid, and a fork)"},
}

func entered(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	first, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	second, err := sandbox.GuestPID(b)
	if err != nil {
		return []lesson.Check{lesson.Equal("a second process in the container", "standing", "none", "a second process was not started, or it has ended: "+b.Path("exec.out")+" holds its last words")}, nil
	}
	var checks []lesson.Check
	for _, k := range kinds {
		theirs, err := kernel.Namespace(first, k.kind)
		if err != nil {
			return nil, err
		}
		got, err := kernel.Namespace(second, k.kind)
		if err != nil {
			got = err.Error()
		}
		ours, err := kernel.Namespace(0, k.kind)
		if err != nil {
			return nil, err
		}
		checks = append(checks,
			lesson.Equal(fmt.Sprintf("/proc/%d/ns/%s, beside the container's", second, k.kind), theirs, got, k.hint),
			lesson.Check{Name: "the same of byhand, outside", Want: "not " + theirs, Got: ours, OK: ours != theirs, Control: true, Hint: "the container itself shares our namespace"},
		)
	}
	root := fmt.Sprintf("/proc/%d/root", second)
	checks = append(checks,
		lesson.Equal("its root, beside the container's", identity(fmt.Sprintf("/proc/%d/root", first)), identity(root),
			"it has another root: setns(2) gives it the root of the mount namespace, not the container's (--root)"),
		lesson.Equal("its control group", groupOf(first), groupOf(second), "it is outside of the container's control group, and so of its limits: echo $BASHPID >cgroup.procs, before nsenter"),
	)
	if !lesson.Passed(checks) {
		return checks, nil
	}
	return append(checks, born(first, second)...), nil
}

// born judges where a process comes from, as the container's own proc tells it.
func born(first, second int) []lesson.Check {
	inside := "none"
	if s, err := kernel.ReadStatus(second); err == nil && len(s.NSpid) > 1 {
		inside = strconv.Itoa(s.NSpid[len(s.NSpid)-1])
	}
	parent := "unknown"
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/root/proc/%s/status", first, inside)); err == nil {
		if s, err := kernel.ParseStatus(string(text)); err == nil {
			parent = strconv.Itoa(s.Parent)
		}
	}
	return []lesson.Check{
		{
			Name: "its number inside (NSpid)", Want: "not 1", Got: inside, OK: inside != "1" && inside != "none",
			Hint: "it is the first process of a pid namespace, and not the second of the container's",
		},
		lesson.Equal("its parent, in the container's /proc", "0", parent, "it is a child of a process inside: it was not brought in from outside"),
	}
}

// identity is what tells one directory from all others.
func identity(path string) string {
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return "none: " + err.Error()
	}
	return fmt.Sprintf("device %v, inode %d", kernel.DeviceOf(stat.Dev), stat.Ino)
}
