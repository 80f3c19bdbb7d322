package cgroup

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// forking is a shell whose children come and go.
const forking = `read go; while :; do sleep 1 & sleep 0.02; done`

func TestKillEndsWhatForks(t *testing.T) {
	g := made(t, Freezer)
	for name, kill := range map[string]func() error{
		"Kill": func() error { return g.Kill(soon(t), nil) },
		"killEach": func() error {
			for ctx := soon(t); ; {
				pids, err := g.Processes()
				if err = errors.Join(err, ctx.Err()); err != nil || len(pids) == 0 {
					return err
				}
				if err := g.killEach(nil, pids); err != nil {
					return err
				}
				time.Sleep(time.Millisecond)
			}
		},
	} {
		inside, outside := started(t, exec.Command("/bin/dash", "-c", forking)), start(t, "spin")
		perform(t, g.Join(inside.Process.Pid))
		inside.goOn(t)
		outside.goOn(t)
		for {
			if pids, err := g.Processes(); err != nil || len(pids) > 5 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if err := kill(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if pids, err := g.Processes(); err != nil || len(pids) != 0 {
			t.Errorf("Processes() after %s = %v, %v; want none", name, pids, err)
		}
		if err := outside.Process.Signal(unix.Signal(0)); err != nil {
			t.Errorf("the process outside after %s: %v; want it alive", name, err)
		}
		if frozen, err := g.Frozen(); err != nil || frozen && g.Dirs[0].Version == 1 {
			t.Errorf("Frozen() after %s = %v, %v; want false", name, frozen, err)
		}
	}
}

func TestKillSparesItself(t *testing.T) {
	g, err := Of(0, Freezer)
	if err != nil {
		t.Skip(err)
	}
	if pids, err := g.Processes(); err != nil || !slices.Contains(pids, os.Getpid()) {
		t.Fatalf("Processes() of our own group = %v, %v; want %d among them", pids, err, os.Getpid())
	}
	// Only the refusal is tried: nothing else may be in what is killed.
	own := made(t, Freezer)
	perform(t, own.Join(os.Getpid()))
	defer func() { perform(t, g.Join(os.Getpid())) }()
	if err := own.Kill(soon(t), nil); err == nil || !strings.Contains(err.Error(), "we are one of them") {
		t.Errorf("Kill of our own group = %v; want a refusal", err)
	}
}
