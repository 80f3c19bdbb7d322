package cgroup

import "testing"

func TestReleaseLetsTheKilledEnd(t *testing.T) {
	g := made(t, CPU, Freezer)
	perform(t, g.LimitCPU(Percent(5)))
	hog := start(t, "spin")
	perform(t, g.Join(hog.Process.Pid))
	hog.goOn(t)
	if err := g.WaitFrozen(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := g.Release(nil); err != nil {
		t.Fatal(err)
	}
	if frozen, err := g.Frozen(); err != nil || frozen {
		t.Errorf("Frozen() = %v, %v after Release; want false", frozen, err)
	}
	if limit, err := g.CPULimit(); err != nil || limit.Quota != Unlimited {
		t.Errorf("CPULimit() = %v, %v after Release; want none", limit, err)
	}
}
