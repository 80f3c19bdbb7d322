package state

import (
	"context"
	"errors"

	"byhand/lab/cgroup"
)

// StopFile is a file in a container's directory that says somebody wants it to
// end for good, so that its monitor does not start it again.
const StopFile = "stop"

// Sweep removes cgroups of the container's that a crash has left, with what is
// in them.
func (b Box) Sweep(ctx context.Context) error { return sweep(ctx, b.Group()) }

func sweep(ctx context.Context, prefix string) error {
	groups, err := cgroup.Sweep(prefix)
	if err != nil || len(groups) == 0 {
		return err
	}
	for _, g := range groups {
		err = errors.Join(err, g.Kill(ctx, nil), g.Remove(ctx, nil))
	}
	return errors.Join(err, cgroup.Tidy(nil))
}
