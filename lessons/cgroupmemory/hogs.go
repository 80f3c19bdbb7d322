package cgroupmemory

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// smallBytes is what the first hog has.
const smallBytes = 20 * mb

// smallHog is what the sandbox's shell is told: an endless line, cut.
var smallHog = fmt.Sprintf(`(yes | tr -d "\n" | head -c %d; sleep 3600) | tail &`, smallBytes)

// Where echo might turn \n into a line's end, printf's %s never does.
func smallShell(b *bench.Bench) string {
	g, err := steps.Written(b, "", cgroup.Memory)
	if err != nil {
		return steps.Unable(err)
	}
	text := "printf '%s\\n' '" + smallHog + "' >\"$LAB/in\"\n" + g.AwaitAnonShell(smallBytes) + g.MemoryStatShell()
	if cgget := g.Cgget("memory.stat"); cgget != "" {
		text += "# The same with cgroup-tools:\n#   " + cgget + "\n"
	}
	other := g.Other()
	return text + fmt.Sprintf("# The same on cgroup v%d:\n#   %s", other.Dirs[0].Version, other.MemoryStatShell())
}

// small starts the first hog and shows how it grows.
func small(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, smallHog); err != nil {
		return err
	}
	g, err := group(b)
	if err != nil {
		return err
	}
	return watch(ctx, b, g, func(s cgroup.MemoryStat) bool { return s.Anon >= smallBytes })
}

// grown is how long a hog may take to have what it wants.
const grown = time.Minute

// watch shows the group's memory until it is enough.
func watch(ctx context.Context, b *bench.Bench, g *cgroup.Group, enough func(cgroup.MemoryStat) bool) error {
	for deadline := time.Now().Add(grown); ; {
		s, err := g.MemoryStat()
		if err != nil {
			return err
		}
		last := enough(s) || time.Now().After(deadline)
		b.Read(bench.Reading{What: "the sandbox", Value: float64(s.Current) / mb, Full: float64(most.Bytes) / mb, Unit: "MB of 80", Last: last})
		if last {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func lives(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	s, err := g.MemoryStat()
	if err != nil {
		return nil, err
	}
	alive, err := tails(g)
	if err != nil {
		return nil, err
	}
	return []lesson.Check{
		lesson.Equal("hogs that live", "1", fmt.Sprint(alive), "it was not started, or not in the group, or it has ended"),
		{
			Name: "what processes have allocated (memory.stat: anon, v1 rss)", Want: "above " + bytes(smallBytes), Got: bytes(s.Anon),
			OK: s.Anon > smallBytes, Hint: "the hog has not read its line yet, or runs in another group",
		},
		{
			Name: "all that is charged, with files read and the kernel's own (current)", Want: "below " + bytes(most.Bytes), Got: bytes(s.Current),
			OK: s.Current > smallBytes && s.Current <= most.Bytes, Hint: "the group has more than its limit, or nothing is counted",
		},
		lesson.Equal("processes that the kernel has killed (oom_kill)", "0", fmt.Sprint(s.OOMKills), "it was killed already: the limit is too low"),
	}, nil
}

// tails counts the group's processes that are tail(1).
func tails(g *cgroup.Group) (int, error) {
	pids, err := g.Processes()
	if err != nil {
		return 0, err
	}
	return len(slices.DeleteFunc(pids, func(pid int) bool {
		name, _ := kernel.StatusField(pid, "Name")
		return name != "tail"
	})), nil
}

// largeHog takes twice the limit: without one it ends by itself.
var largeHog = fmt.Sprintf(`yes | tr -d "\n" | head -c %d | tail`, 2*most.Bytes)

// free is the suffix of the group without a limit.
const free = "-free"

func largeShell(b *bench.Bench) string {
	g, err := steps.Written(b, free, cgroup.Memory)
	if err != nil {
		return steps.Unable(err)
	}
	return "printf '%s\\n' '" + largeHog + "; echo $? >/status' >\"$LAB/in\"\n" +
		g.Create().Shell() +
		"(\n" + g.JoinShell(`  echo "$BASHPID"`) + "  " + largeHog + " >/dev/null\n) && status=0 || status=$?\n" +
		"echo \"$status\" >\"$LAB/status\"\n" +
		"until [ -s \"$LAB/rootfs/status\" ]; do sleep 0.1; done\n"
}

// large starts the second hog in the sandbox, and its like in a group beside.
func large(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, largeHog+"; echo $? >/status"); err != nil {
		return err
	}
	g, err := group(b)
	if err != nil {
		return err
	}
	ended := func(cgroup.MemoryStat) bool { return status(b.Path("rootfs", "status")) != "" }
	if err := watch(ctx, b, g, ended); err != nil {
		return err
	}
	return unlimited(ctx, b)
}

// status reads the exit status that a shell has written.
func status(path string) string {
	text, _ := os.ReadFile(path)
	return strings.TrimSpace(string(text))
}

func killed(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	s, err := g.MemoryStat()
	if err != nil {
		return nil, err
	}
	alive, err := tails(g)
	if err != nil {
		return nil, err
	}
	if _, err := sandbox.PID(b); err != nil {
		return []lesson.Check{lesson.Equal("the sandbox's shell", "lives", "has ended", "the kernel killed the shell, and so everything in its pid namespace")}, nil
	}
	return []lesson.Check{
		lesson.Equal("the hog's exit status in the sandbox", "137", orNone(status(b.Path("rootfs", "status"))), "it was not killed: the limit is above what it takes, or it ran in another group"),
		{
			Name: "processes that the kernel has killed (oom_kill)", Want: "1 or more", Got: fmt.Sprint(s.OOMKills),
			OK: s.OOMKills > 0, Hint: "whatever ended it, it was not this group's limit",
		},
		lesson.Equal("hogs that live: the one of "+bytes(smallBytes), "1", fmt.Sprint(alive), "the smaller one was killed, or never ran"),
		{
			Name: "the exit status without a limit", Want: "0", Got: orNone(status(b.Path("status"))), Control: true,
			OK: status(b.Path("status")) == "0", Hint: "it ends without the limit too, so that its end proves nothing",
		},
	}, nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
