package cgroupcpu

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// every is how often a meter is read.
const every = 50 * time.Millisecond

// measure returns how much CPU time groups get for a while, in percent of one
// CPU. The first one's is shown meanwhile, under the name of what it is.
func measure(ctx context.Context, b *bench.Bench, what string, d time.Duration, groups ...*cgroup.Group) ([]float64, error) {
	begin := time.Now()
	before, err := cpuTimes(groups)
	if err != nil {
		return nil, err
	}
	last, lastAt := before[0], begin
	for time.Since(begin) < d {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(every, d-time.Since(begin))):
		}
		now, err := groups[0].CPUTime()
		if err != nil {
			return nil, err
		}
		at := time.Now()
		b.Read(reading(what, percent(now-last, at.Sub(lastAt)), false))
		last, lastAt = now, at
	}
	after, err := cpuTimes(groups)
	if err != nil {
		return nil, err
	}
	took := time.Since(begin)
	var used []float64
	for i := range groups {
		used = append(used, percent(after[i]-before[i], took))
	}
	b.Read(reading(what, used[0], true))
	return used, nil
}

func cpuTimes(groups []*cgroup.Group) ([]time.Duration, error) {
	var times []time.Duration
	for _, g := range groups {
		t, err := g.CPUTime()
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	return times, nil
}

func percent(part, whole time.Duration) float64 { return 100 * float64(part) / float64(whole) }

// reading shows a percentage of one CPU, and beside it the same of all.
func reading(what string, value float64, last bool) bench.Reading {
	n := runtime.NumCPU()
	return bench.Reading{
		What: what + ", of one CPU", Value: value, Full: 100 * float64(hogCount()), Unit: "%", Last: last,
		Aside: fmt.Sprintf("%.1f %% of all %d", value/float64(n), n),
	}
}
