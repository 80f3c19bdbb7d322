package cgroup

import (
	"os/exec"
	"testing"
)

func TestLimitPIDsRefusesAFork(t *testing.T) {
	g := made(t, PIDs)
	t.Log(g.versions())
	// What follows true makes the shell fork for it instead of becoming it.
	const script = `read go; /bin/true && echo forked; exit`
	perform(t, g.LimitPIDs(1))
	inside := started(t, exec.Command("/bin/dash", "-c", script))
	perform(t, g.Join(inside.Process.Pid))
	if s, err := g.PIDsStat(); err != nil || s != (PIDsStat{Limit: 1, Current: 1}) {
		t.Errorf("PIDsStat() = %+v, %v; want limit 1, current 1, refused 0", s, err)
	}
	inside.goOn(t)
	if got := inside.line(); got != "" {
		t.Errorf("a shell at its limit said %q; want nothing", got)
	}
	if s, err := g.PIDsStat(); err != nil || s.Refused == 0 {
		t.Errorf("PIDsStat() = %+v, %v; want some refused", s, err)
	}
	outside := started(t, exec.Command("/bin/dash", "-c", script))
	outside.goOn(t)
	if got := outside.line(); got != "forked" {
		t.Errorf("a shell outside said %q; want forked", got)
	}
	perform(t, g.LimitPIDs(Unlimited))
	if s, err := g.PIDsStat(); err != nil || s.Limit != Unlimited {
		t.Errorf("PIDsStat() = %+v, %v; want no limit", s, err)
	}
}
