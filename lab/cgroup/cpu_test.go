package cgroup

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestLimitCPUHoldsAHog(t *testing.T) {
	g := made(t, CPU, CPUAcct)
	t.Log(g.versions())
	perform(t, g.LimitCPU(Percent(20)))
	if got, err := g.CPULimit(); err != nil || got != Percent(20) {
		t.Errorf("CPULimit() = %v, %v; want %v", got, err, Percent(20))
	}
	inside, outside := start(t, "spin"), start(t, "spin")
	perform(t, g.Join(inside.Process.Pid))
	inside.goOn(t)
	time.Sleep(300 * time.Millisecond)
	before, err := g.Throttling()
	if err != nil {
		t.Fatal(err)
	}
	used, err := g.CPUTime()
	if err != nil {
		t.Fatal(err)
	}
	// A machine that is busy with other things may give less than the quota.
	var got float64
	for range 12 {
		if got = share(t, inside.Process.Pid, time.Second); got > 0.15 && got < 0.25 {
			break
		}
	}
	if got < 0.15 || got > 0.25 {
		t.Errorf("a hog limited to 0.20 of a processor ran at %.3f; want 0.15 to 0.25", got)
	}
	after, err := g.Throttling()
	if err != nil || after.Throttled <= before.Throttled || after.Time <= before.Time || after.Periods <= before.Periods {
		t.Errorf("Throttling() = %+v, %v after %+v; want all counters to grow", after, err, before)
	}
	if now, err := g.CPUTime(); err != nil || now <= used {
		t.Errorf("CPUTime() = %v, %v after %v; want it to grow", now, err, used)
	}
	outside.goOn(t)
	var free float64
	for range 12 {
		if free = share(t, outside.Process.Pid, time.Second); free > 0.27 {
			break
		}
	}
	t.Logf("inside %.3f, outside %.3f, throttled %d of %d periods", got, free, after.Throttled, after.Periods)
	if free <= 0.27 {
		t.Errorf("a hog outside ran at %.3f; want more than 0.27, which no hog inside reaches", free)
	}

	perform(t, g.LimitCPU(Bandwidth{Quota: Unlimited, Period: 50 * time.Millisecond}))
	if got, err := g.CPULimit(); err != nil || got != (Bandwidth{Unlimited, 50 * time.Millisecond}) {
		t.Errorf("CPULimit() = %v, %v; want none in 50ms", got, err)
	}
}

func TestWeighCPUSharesOneProcessor(t *testing.T) {
	light, heavy := made(t, CPU), made(t, CPU)
	perform(t, light.WeighCPU(512))
	perform(t, heavy.WeighCPU(1536))
	if got, err := heavy.CPUShares(); err != nil || got != 1536 {
		t.Errorf("CPUShares() = %d, %v; want 1536", got, err)
	}
	var allowed, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		t.Fatal(err)
	}
	for cpu := 0; one.Count() == 0; cpu++ {
		if allowed.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	var hogs []*job
	for _, g := range []*Group{light, heavy} {
		hog := start(t, "spin")
		pinAll(t, hog.Process.Pid, &one)
		perform(t, g.Join(hog.Process.Pid))
		hogs = append(hogs, hog)
	}
	for _, hog := range hogs {
		hog.goOn(t)
	}
	time.Sleep(300 * time.Millisecond)
	var ratio float64
	for range 6 {
		a, b := cpuTime(t, hogs[0].Process.Pid), cpuTime(t, hogs[1].Process.Pid)
		time.Sleep(2 * time.Second)
		a, b = cpuTime(t, hogs[0].Process.Pid)-a, cpuTime(t, hogs[1].Process.Pid)-b
		ratio = float64(b) / float64(a)
		t.Logf("weights 512 and 1536 on one processor: %v and %v, 1 to %.2f", a, b, ratio)
		if ratio > 2.25 && ratio < 3.75 {
			break
		}
	}
	if ratio < 2.25 || ratio > 3.75 {
		t.Errorf("ratio = %.2f; want 3 ± 25 %%", ratio)
	}
	// Control: with equal weights they get the same.
	perform(t, light.WeighCPU(1536))
	a, b := cpuTime(t, hogs[0].Process.Pid), cpuTime(t, hogs[1].Process.Pid)
	time.Sleep(2 * time.Second)
	a, b = cpuTime(t, hogs[0].Process.Pid)-a, cpuTime(t, hogs[1].Process.Pid)-b
	if ratio = float64(b) / float64(a); ratio < 0.75 || ratio > 1.35 {
		t.Errorf("ratio with equal weights = %.2f; want 1 ± 25 %%", ratio)
	}
}

func TestWeightOf(t *testing.T) {
	for _, c := range []struct{ shares, want int64 }{{1024, 100}, {2, 1}, {3072, 300}, {512, 50}, {262144, 10000}} {
		if got := weightOf(c.shares); got != c.want {
			t.Errorf("weightOf(%d) = %d; want %d", c.shares, got, c.want)
		}
	}
	for _, weight := range []int64{1, 50, 100, 300, 10000} {
		if got := weightOf(sharesOf(weight)); got != weight {
			t.Errorf("weightOf(sharesOf(%d)) = %d; want %[1]d", weight, got)
		}
	}
}
