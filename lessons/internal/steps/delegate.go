package steps

import (
	"context"
	"errors"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// Delegate gets an ordinary user a part of the cgroup v2 tree, where there is
// none yet: it moves byhand itself into a scope of the user's own systemd.
func Delegate(ctx context.Context, b *bench.Bench) error {
	_, err := cgroup.Locate(cgroup.Memory)
	if errors.Is(err, cgroup.ErrNotDelegated) {
		return cgroup.Delegate(ctx, b.Trace)
	}
	return err
}
