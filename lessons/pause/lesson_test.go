package pause

import (
	"context"
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Have somebody count in the sandbox, and somebody outside": {
			{Name: "nobody counts", Do: lessontest.Nothing, Says: "nobody counts there"},
			{Name: "nobody counts outside", Do: onlyInside, Says: "another group"},
		},
		"Freeze the group": {
			{Name: "not frozen", Do: lessontest.Nothing, Says: "nobody froze"},
			{Name: "the other group", Do: freezeOther, Says: "another one"},
			{Name: "stopped by SIGSTOP", Do: stop, Says: "in another way"},
			{Name: "moved out before", Do: movedOut, Says: "it counts on"},
			{Name: "the one outside too", Do: freezeBoth, Says: "proves nothing"},
		},
		"Let it run on": {
			{Name: "still frozen", Do: lessontest.Nothing, Says: "still frozen"},
			{Name: "thawed and stopped", Do: thawStopped, Says: "something else than the freezer"},
		},
		"Freeze it again, and send SIGKILL": {
			{Name: "not frozen, not killed", Do: lessontest.Nothing, Says: "not frozen"},
			{Name: "killed before", Do: killRunning, Says: "the group is not frozen"},
			{Name: "frozen, not killed", Do: freeze, Says: "it was not killed"},
			{Name: "only the one inside", Do: killInside, Says: "for comparison"},
		},
		"Thaw it, and see what has waited": {
			{Name: "still frozen", Do: lessontest.Nothing, Says: "still frozen"},
		},
	})
}

func onlyInside(_ context.Context, b *bench.Bench) error {
	return sandbox.Say(b, inside)
}

func freezeOther(ctx context.Context, b *bench.Bench) error {
	g, err := other(b)
	if err != nil {
		return err
	}
	return g.WaitFrozen(ctx, b.Trace)
}

func freezeBoth(ctx context.Context, b *bench.Bench) error {
	return errors.Join(freeze(ctx, b), freezeOther(ctx, b))
}

// stop sends SIGSTOP to the counter, which is not what freezes a group.
func stop(_ context.Context, b *bench.Bench) error {
	pids, err := counters(b)
	for _, pid := range pids {
		err = errors.Join(err, unix.Kill(pid, unix.SIGSTOP))
	}
	return err
}

// movedOut moves the counter, so that only the shell is in the frozen group.
func movedOut(ctx context.Context, b *bench.Bench) error {
	g, err := group(b)
	if err != nil {
		return err
	}
	o, err := other(b)
	if err != nil {
		return err
	}
	first, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	// Twice, as the counter starts a sleep(1) meanwhile.
	for range 2 {
		if err := move(g, o, first); err != nil {
			return err
		}
	}
	return freeze(ctx, b)
}

func move(from, to *cgroup.Group, but int) error {
	pids, err := from.Processes()
	if err != nil {
		return err
	}
	for _, pid := range pids {
		if pid == but {
			continue
		}
		if err := to.Join(pid).Perform(nil); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}

func thawStopped(ctx context.Context, b *bench.Bench) error {
	return errors.Join(stop(ctx, b), thaw(ctx, b))
}

func killRunning(_ context.Context, b *bench.Bench) error {
	pids, err := counters(b)
	for _, pid := range pids {
		err = errors.Join(err, strike(b, pid))
	}
	return err
}

func killInside(ctx context.Context, b *bench.Bench) error {
	return errors.Join(freeze(ctx, b), killRunning(ctx, b))
}
