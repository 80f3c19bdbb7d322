package pause

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

func killShell(b *bench.Bench) string {
	g, err := written(b)
	if err != nil {
		return steps.Unable(err)
	}
	o, err := writtenOther(b)
	if err != nil {
		return steps.Unable(err)
	}
	return g.Freeze().Shell() + standstill(g) +
		"kill -KILL \"$(pgrep -P \"$(cat \"$LAB/pid\")\")\"\n" +
		"xargs kill -KILL <" + cgroup.Word(filepath.Join(o.Dirs[0].Path, "cgroup.procs")) + " || true\n" +
		"for p in $(pgrep -P \"$(cat \"$LAB/pid\")\"); do\n  grep -E 'Name|State|SigPnd|ShdPnd' \"/proc/$p/status\" || true\ndone\n"
}

// killFrozen kills the sandbox's counter while it is frozen, and then the other.
func killFrozen(ctx context.Context, b *bench.Bench) error {
	if err := freeze(ctx, b); err != nil {
		return err
	}
	inside, err := counters(b)
	if err != nil {
		return err
	}
	g, err := other(b)
	if err != nil {
		return err
	}
	beside, err := g.Processes()
	if err != nil {
		return err
	}
	for _, pid := range append(inside, beside...) {
		if err := strike(b, pid); err != nil {
			return err
		}
	}
	return nil
}

// strike sends SIGKILL, by a descriptor: a number may belong to another soon.
func strike(b *bench.Bench, pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pidfd_open(%d): %w", pid, err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := b.Trace.PidfdKill(fd); !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil
}

// counters are the children of the sandbox's shell, those too that ended and
// that it has not asked after.
func counters(b *bench.Bench) ([]int, error) {
	first, err := sandbox.PID(b)
	if err != nil {
		return nil, err
	}
	all, err := kernel.Processes()
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, s := range all {
		// When the counter is killed, its sleep(1) becomes the shell's.
		if s.Parent == first && s.Name != "sleep" {
			pids = append(pids, s.PID)
		}
	}
	return pids, nil
}

// fate says what has become of the counter.
func fate(pids []int) string {
	got := "gone"
	for _, pid := range pids {
		s, err := kernel.ReadStat(pid)
		switch {
		case err != nil:
		case s.Ended():
			got = "has ended, and its parent, frozen, can't ask after it (Z)"
		case pending(pid, unix.SIGKILL):
			return "lives, SIGKILL waits (SigPnd, ShdPnd)"
		default:
			return "lives, and no SIGKILL was sent"
		}
	}
	return got
}

// pending reports whether a signal waits for a process to run.
func pending(pid int, signal unix.Signal) bool {
	for _, name := range []string{"SigPnd", "ShdPnd"} {
		text, _ := kernel.StatusField(pid, name)
		mask, _ := strconv.ParseUint(text, 16, 64)
		if mask>>(signal-1)&1 == 1 {
			return true
		}
	}
	return false
}

func struck(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	o, err := other(b)
	if err != nil {
		return nil, err
	}
	pids, err := counters(b)
	if err != nil {
		return nil, err
	}
	left, err := o.Processes()
	if err != nil {
		return nil, err
	}
	_, out := files(b)
	free := "has ended"
	switch {
	case reached(out) == 0:
		free = "never began"
	case slices.ContainsFunc(left, alive):
		free = "lives"
	}
	want := "lives, SIGKILL waits (SigPnd, ShdPnd)"
	if g.Dirs[0].Version == 2 {
		want = "has ended, and its parent, frozen, can't ask after it (Z)"
	}
	return []lesson.Check{
		lesson.Equal(stateFile(g), "frozen", stateOf(g), "the group is not frozen: freeze it first, then kill"),
		lesson.Equal("the counter in the sandbox", want, fate(pids), "it was not killed, or not while it was frozen: pgrep -P "+strings.TrimSpace(fmt.Sprint(standing(b)))),
		{
			Name: "the counter outside, which is not frozen", Want: "has ended", Got: free, OK: free == "has ended", Control: true,
			Hint: "the same was not sent to the counter outside, for comparison",
		},
	}, nil
}

func alive(pid int) bool {
	s, err := kernel.ReadStat(pid)
	return err == nil && !s.Ended()
}

// standing is the sandbox's shell, or 0.
func standing(b *bench.Bench) int {
	pid, _ := sandbox.PID(b)
	return pid
}

func over(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	first, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	pids, err := counters(b)
	if err != nil {
		return nil, err
	}
	in, _ := files(b)
	counted := "never began"
	if reached(in) > 0 {
		counted = "has ended"
	}
	if slices.ContainsFunc(pids, alive) {
		counted = "lives"
	}
	waits := "none"
	if pending(first, unix.SIGKILL) {
		waits = "SIGKILL"
	}
	return []lesson.Check{
		lesson.Equal(stateFile(g), "not frozen", stateOf(g), "the group is still frozen: "+g.Thaw()[0].Path),
		lesson.Equal("the counter in the sandbox", "has ended", counted, "no SIGKILL waited for it, or it never counted"),
		lesson.Equal("signals that wait for the sandbox's shell, which was not meant", "none", waits, "the shell was killed as well"),
	}, nil
}
