package cgroupmemory

import (
	"context"
	"fmt"

	"byhand/internal/diagnose"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

// MB is the course notes' M: cgset and the kernel read 80M as 80 times 2^20.
const mb = 1 << 20

// most is the group's limit.
var most = cgroup.MemoryLimit{Bytes: 80 * mb, Swap: 0}

func group(b *bench.Bench) (*cgroup.Group, error) { return steps.Group(b, "", cgroup.Memory) }

func limitShell(b *bench.Bench) string {
	g, err := steps.Written(b, "", cgroup.Memory)
	if err != nil {
		return steps.Unable(err)
	}
	return steps.Spell(g, func(g *cgroup.Group) cgroup.Ops { return g.LimitMemory(most) })
}

func limit(_ context.Context, b *bench.Bench) error {
	g, err := group(b)
	if err != nil {
		return err
	}
	return g.LimitMemory(most).Perform(b.Trace)
}

func limited(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	set, err := g.MemoryLimit()
	if err != nil {
		return nil, err
	}
	checks := []lesson.Check{
		lesson.Equal("the limit of memory, read back", bytes(most.Bytes), bytes(set.Bytes), diagnose.WrongMemory(g, most)),
	}
	if g.CountsSwap() {
		checks = append(checks, lesson.Equal("the limit of swap, read back", bytes(most.Swap), bytes(set.Swap), diagnose.SwapFree(g, most)))
	}
	return checks, nil
}

// bytes renders a number of bytes.
func bytes(n int64) string {
	if n == cgroup.Unlimited {
		return "none"
	}
	return fmt.Sprintf("%.1f MB", float64(n)/mb)
}
