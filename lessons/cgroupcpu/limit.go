package cgroupcpu

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"byhand/internal/diagnose"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

// quota is 5 % of all CPUs.
func quota() cgroup.Bandwidth { return cgroup.PercentOfAll(5) }

// noQuota is what a group has that was given none.
var noQuota = cgroup.Bandwidth{Quota: cgroup.Unlimited, Period: cgroup.DefaultPeriod}

// quotaPercent is the same in percent of one CPU.
func quotaPercent() float64 { return 5 * float64(runtime.NumCPU()) }

func limitShell(b *bench.Bench) string {
	g, err := steps.Written(b, "", limits, counts)
	if err != nil {
		return steps.Unable(err)
	}
	return steps.Spell(g, func(g *cgroup.Group) cgroup.Ops { return g.LimitCPU(quota()) }) + "# To watch it in another terminal: htop\n"
}

// limit writes the quota while the meter runs.
func limit(ctx context.Context, b *bench.Bench) error {
	g, err := steps.Group(b, "", limits, counts)
	if err != nil {
		return err
	}
	if _, err := measure(ctx, b, "the sandbox", 500*time.Millisecond, g); err != nil {
		return err
	}
	if err := g.LimitCPU(quota()).Perform(b.Trace); err != nil {
		return err
	}
	// What was under way when the quota came is no measure of it.
	_, err = measure(ctx, b, "the sandbox", 500*time.Millisecond, g)
	return err
}

// window is how long the hog is measured. A machine that is busy, or virtual,
// may be late in every way: what a hog got too much of in one period, the kernel
// holds back in the next ones. So each new try takes twice as long as the last,
// which halves what that weighs.
const (
	window = time.Second
	tries  = 4
)

// tolerance is how far from the quota the measurement may be.
const tolerance = 0.10

func limited(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	groups, refused, err := both(b)
	if err != nil || refused != nil {
		return refused, err
	}
	g := groups[0]
	set, err := g.CPULimit()
	if err != nil {
		return nil, err
	}
	readBack := lesson.Equal("the quota and the period, read back", bandwidth(quota()), bandwidth(set), diagnose.WrongQuota(g, quota()))
	readBack.Want += ", or as much in another period"
	readBack.OK = set.Quota > 0 && set.Quota*quota().Period == quota().Quota*set.Period
	if !readBack.OK {
		return []lesson.Check{readBack}, nil
	}
	var checks []lesson.Check
	for try := range tries {
		if checks, err = compare(ctx, b, window<<try, set.Period, g, groups[1]); err != nil || lesson.Passed(checks) {
			break
		}
	}
	return append([]lesson.Check{readBack}, checks...), err
}

// compare measures the group that has the quota beside one that has none.
func compare(ctx context.Context, b *bench.Bench, d, period time.Duration, g, without *cgroup.Group) ([]lesson.Check, error) {
	if err := debtPaid(ctx, g, period); err != nil {
		return nil, err
	}
	before, err := atPeriod(ctx, g, period)
	if err != nil {
		return nil, err
	}
	used, err := measure(ctx, b, "the sandbox", d, g, without)
	if err != nil {
		return nil, err
	}
	after, err := atPeriod(ctx, g, period)
	if err != nil {
		return nil, err
	}
	outside := unlimited("the hog outside", used[1])
	outside.Control = true
	return append(atQuota(before, after, period), outside), nil
}

// use is what a group has used, and how it was held back.
type use struct {
	time       time.Duration
	throttling cgroup.Throttling
}

// atPeriod reads them when the next period has just begun, and with it a new
// quota; at once where there are none, since nobody wants to run.
func atPeriod(ctx context.Context, g *cgroup.Group, period time.Duration) (u use, err error) {
	first, err := g.Throttling()
	if err != nil {
		return u, err
	}
	for deadline := time.Now().Add(3 * period); time.Now().Before(deadline); {
		if u.throttling, err = g.Throttling(); err != nil || u.throttling.Periods > first.Periods {
			break
		}
		select {
		case <-ctx.Done():
			return u, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	if err == nil {
		u.time, err = g.CPUTime()
	}
	return u, err
}

// atQuota judges what was used against the quota, by the kernel's own count of
// periods. In one that ended throttled the whole quota was used; in others there
// may have been no CPU to be had.
func atQuota(before, after use, period time.Duration) []lesson.Check {
	periods := after.throttling.Periods - before.throttling.Periods
	throttled := after.throttling.Throttled - before.throttling.Throttled
	least, most, got := quotaPercent()*(1-tolerance), quotaPercent()*(1+tolerance), 0.0
	if periods > 0 {
		least *= float64(throttled) / float64(periods)
		got = percent(after.time-before.time, time.Duration(periods)*period)
	}
	return []lesson.Check{
		{
			Name: "the hog inside, of one CPU", Want: fmt.Sprintf("%.1f to %.1f %%, the quota being %.0f %%", least, most, quotaPercent()),
			Got: fmt.Sprintf("%.1f %%, in %d periods", got, periods), OK: least <= got && got <= most,
			Hint: "the hog does not run in the group that has the quota, or wants less than that",
		},
		{
			Name: "nr_throttled in cpu.stat, meanwhile", Want: "grown", Got: fmt.Sprintf("grown by %d", throttled),
			OK: throttled > 0, Hint: "the kernel had no reason to hold anything back: no hog runs in the group, or the limit is above what it uses",
		},
	}
}

// debtPaid waits until the group runs again. A process that is not interrupted
// in time, as in a virtual machine whose CPU was taken away for a while, has had
// more than the quota, and the kernel makes it wait that out.
func debtPaid(ctx context.Context, g *cgroup.Group, period time.Duration) error {
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		before, err := g.CPUTime()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(period):
		}
		after, err := g.CPUTime()
		if err != nil || percent(after-before, period) >= quotaPercent()/2 {
			return err
		}
	}
	return nil
}

func bandwidth(b cgroup.Bandwidth) string {
	if b.Quota < 0 {
		return fmt.Sprintf("none of %d", b.Period.Microseconds())
	}
	return fmt.Sprintf("%d of %d", b.Quota.Microseconds(), b.Period.Microseconds())
}
