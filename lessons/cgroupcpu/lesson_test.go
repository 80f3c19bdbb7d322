package cgroupcpu

import (
	"context"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Make a control group": {
			{Name: "nothing made", Do: lessontest.Nothing, Says: "no such group"},
			{Name: "without the controllers", Do: withoutControllers, Says: "without controller cpu"},
		},
		"Put the sandbox into it": {
			{Name: "nobody moved", Do: lessontest.Nothing, Says: "not moved there"},
			{Name: "moved to another group", Do: movedElsewhere, Says: "not moved there"},
		},
		"Let a hog run inside, and one outside": {
			{Name: "no hog", Do: lessontest.Nothing, Says: "nothing was started"},
			{Name: "only the one outside", Do: onlyOutside, Says: "the hog inside"},
			{Name: "limited already", Do: alreadyLimited, Says: "limited already"},
		},
		"Give the group 5 % of all CPUs": {
			{Name: "no quota", Do: lessontest.Nothing, Says: "was not written"},
			{Name: "a quota for the wrong group", Do: wrongGroup, Says: "to another group"},
			{Name: "ten times the quota", Do: tenTimes, Says: "read back"},
			{Name: "the sandbox's hog has ended", Do: hogEnded, Says: "no hog runs in the group"},
		},
		"Share one CPU, one part to three": {
			{Name: "nobody shares", Do: lessontest.Nothing, Says: "a hog of its own"},
			{Name: "weights left alone", Do: noWeights, Says: "the weight was not written"},
		},
	})
}

func TestFigures(t *testing.T) {
	lessontest.Figures(t, Lesson(), "Give the group 5 % of all CPUs", "Share one CPU, one part to three")
}

// withoutControllers makes the group where only the freezer is.
func withoutControllers(_ context.Context, b *bench.Bench) error {
	g, err := steps.Group(b, "", cgroup.Freezer)
	if err != nil {
		return err
	}
	return g.Make(b.Trace)
}

func movedElsewhere(ctx context.Context, b *bench.Bench) error {
	other := *b
	other.ID += "-other"
	if err := steps.MakeGroup(limits, counts).Do(ctx, &other); err != nil {
		return err
	}
	return steps.JoinGroup(limits, counts).Do(ctx, &other)
}

func onlyOutside(ctx context.Context, b *bench.Bench) error {
	quiet := *b
	if err := hogs(ctx, &quiet); err != nil {
		return err
	}
	return endInside(b)
}

// endInside ends all in the sandbox's group but the shell, once it has begun.
func endInside(b *bench.Bench) error {
	shell, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	g, err := steps.Group(b, "", limits, counts)
	if err != nil {
		return err
	}
	for ended := 0; ended < hogCount(); time.Sleep(10 * time.Millisecond) {
		pids, err := g.Processes()
		if err != nil {
			return err
		}
		for _, pid := range pids {
			if pid != shell && unix.Kill(pid, unix.SIGKILL) == nil {
				ended++
			}
		}
	}
	return nil
}

func alreadyLimited(ctx context.Context, b *bench.Bench) error {
	if err := hogs(ctx, b); err != nil {
		return err
	}
	return limitGroup(b, "", quota())
}

func wrongGroup(_ context.Context, b *bench.Bench) error { return limitGroup(b, free, quota()) }

func tenTimes(_ context.Context, b *bench.Bench) error {
	return limitGroup(b, "", cgroup.PercentOfAll(50))
}

func hogEnded(_ context.Context, b *bench.Bench) error {
	if err := endInside(b); err != nil {
		return err
	}
	return limitGroup(b, "", quota())
}

func limitGroup(b *bench.Bench, suffix string, limit cgroup.Bandwidth) error {
	g, err := steps.Group(b, suffix, limits, counts)
	if err != nil {
		return err
	}
	return g.LimitCPU(limit).Perform(b.Trace)
}

func noWeights(ctx context.Context, b *bench.Bench) error {
	if err := share(ctx, b); err != nil {
		return err
	}
	for _, s := range sharers {
		g, err := steps.Group(b, s.suffix, limits, counts)
		if err != nil {
			return err
		}
		if err := g.WeighCPU(cgroup.DefaultShares).Perform(b.Trace); err != nil {
			return err
		}
	}
	return nil
}
