package cgroupcpu

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/workload"
	"byhand/lessons/internal/steps"
)

// sharers are the groups that compete: by suffix, with the weight in v1's unit.
// The third shows that equal weights get equal parts.
var sharers = []struct {
	suffix string
	shares int64
}{{"-one", 1024}, {"-three", 3072}, {"-also-three", 3072}}

// firstCPU is the first one that we may use.
func firstCPU() int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err == nil {
		for cpu := range len(set) * 64 {
			if set.IsSet(cpu) {
				return cpu
			}
		}
	}
	return 0
}

func shareShell(b *bench.Bench) string {
	var text string
	for _, s := range sharers {
		g, err := steps.Written(b, s.suffix, limits, counts)
		if err != nil {
			return steps.Unable(err)
		}
		text += g.Create().Shell() + g.WeighCPU(s.shares).Shell() + spawn(g, "taskset --cpu-list "+strconv.Itoa(firstCPU())+" yes")
	}
	g, err := steps.Written(b, "", limits, counts)
	if err != nil {
		return steps.Unable(err)
	}
	weigh := func(g *cgroup.Group) cgroup.Ops { return g.WeighCPU(sharers[1].shares) }
	return text + fmt.Sprintf("# Of a group like the last, on cgroup v%d:\n#   ", g.Other().Dirs[0].Version) + weigh(g.Other()).Shell()
}

// share starts a hog in each of the groups, all on one CPU.
func share(ctx context.Context, b *bench.Bench) error {
	for _, s := range sharers {
		g, err := steps.Group(b, s.suffix, limits, counts)
		if err != nil {
			return err
		}
		if err := g.Make(b.Trace); err != nil {
			return err
		}
		if err := g.WeighCPU(s.shares).Perform(b.Trace); err != nil {
			return err
		}
		if err := workload.Start(ctx, b, workload.Program{Group: g, CPU: firstCPU(), Argv: []string{yes()}}); err != nil {
			return err
		}
	}
	return nil
}

func shared(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	var groups []*cgroup.Group
	for _, s := range sharers {
		g, err := steps.Group(b, s.suffix, limits, counts)
		if err != nil {
			return nil, err
		}
		pids, err := g.Processes()
		if err != nil {
			return nil, err
		}
		if len(pids) == 0 {
			return []lesson.Check{lesson.Equal("processes in cgroup "+g.Name, "some", "none", "each of the groups needs a hog of its own")}, nil
		}
		groups = append(groups, g)
	}
	checks, err := weights(groups)
	if err != nil {
		return nil, err
	}
	if !lesson.Passed(checks) {
		return checks, nil
	}
	used, err := measure(ctx, b, "the hog of weight one", time.Second, groups...)
	if err != nil {
		return nil, err
	}
	const hint = "they do not compete: they run on different CPUs, or one of them does not want more"
	return append(checks,
		ratio("three times the weight", 3, used[1]/used[0], used[1], used[0], hint),
		control(ratio("equal weights", 1, used[2]/used[1], used[2], used[1], hint)),
	), nil
}

// weights judges those of the sharers against the first one's: it is the
// proportion that counts, in whatever unit.
func weights(groups []*cgroup.Group) ([]lesson.Check, error) {
	first, err := groups[0].CPUShares()
	if err != nil {
		return nil, err
	}
	var checks []lesson.Check
	for i, s := range sharers[1:] {
		set, err := groups[i+1].CPUShares()
		if err != nil {
			return nil, err
		}
		want, got := float64(s.shares)/float64(sharers[0].shares), float64(set)/float64(first)
		checks = append(checks, lesson.Check{
			Name: fmt.Sprintf("the weight of %s, beside that of %s", groups[i+1].Name, groups[0].Name),
			Want: fmt.Sprintf("%.0f to 1", want), Got: fmt.Sprintf("%.2f to 1: %d and %d, in v1's shares", got, set, first),
			OK: math.Abs(got-want) < 0.02*want, Hint: "the weight was not written, or to another group",
		})
	}
	return checks, nil
}

// ratio judges two hogs' times against each other, to within a fifth.
func ratio(what string, want, got, a, b float64, hint string) lesson.Check {
	return lesson.Check{
		Name: what + ", CPU time over 1 s", Want: fmt.Sprintf("%.0f to 1, give or take a fifth", want), Got: fmt.Sprintf("%.2f to 1: %.1f %% and %.1f %%", got, a, b),
		OK: math.Abs(got-want) <= want/5, Hint: hint,
	}
}

func control(c lesson.Check) lesson.Check {
	c.Control = true
	return c
}
