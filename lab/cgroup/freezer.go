package cgroup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"byhand/lab/sys"
)

// Freeze are the changes that stop every process of the group where it is:
// freezer.state on v1, cgroup.freeze on v2. WaitFrozen tells when they have.
func (g *Group) Freeze() Ops { return g.freeze("FROZEN", "1") }

// Thaw are the changes that let them run on.
func (g *Group) Thaw() Ops { return g.freeze("THAWED", "0") }

func (g *Group) freeze(v1, v2 string) Ops {
	return g.set(Freezer, func(d Dir) Ops {
		if d.Version == 2 {
			return Ops{d.write("cgroup.freeze", v2)}
		}
		return Ops{d.write("freezer.state", v1)}
	})
}

// Frozen reports whether every process of the group stands still.
func (g *Group) Frozen() (bool, error) {
	d, err := g.Dir(Freezer)
	if err != nil {
		return false, err
	}
	if d.Version == 2 {
		n, err := d.field("cgroup.events", "frozen")
		return n == 1, err
	}
	text, err := os.ReadFile(filepath.Join(d.Path, "freezer.state"))
	return strings.TrimSpace(string(text)) == "FROZEN", err
}

// WaitFrozen performs Freeze and waits until it is true.
func (g *Group) WaitFrozen(ctx context.Context, t *sys.Tracer) error {
	for try := 0; ; try++ {
		// v1 gives up on a process that forks meanwhile and stays FREEZING until
		// it is asked again (freezer-subsystem.rst).
		if try%20 == 0 {
			if err := g.Freeze().Perform(t); err != nil {
				return err
			}
		}
		frozen, err := g.Frozen()
		if err != nil || frozen {
			return err
		}
		if err := pause(ctx); err != nil {
			return fmt.Errorf("freeze cgroup %s: %w", g.Name, err)
		}
	}
}

// pause waits a millisecond or for the end of ctx.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Millisecond):
		return nil
	}
}
