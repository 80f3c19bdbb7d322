package cgroupmemory

import (
	"context"
	"fmt"
	"os"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/workload"
	"byhand/lessons/internal/steps"
)

// unlimited runs the second hog in a group without a limit, to its end.
func unlimited(ctx context.Context, b *bench.Bench) error {
	g, err := steps.Group(b, free, cgroup.Memory)
	if err != nil {
		return err
	}
	if err := g.Make(b.Trace); err != nil {
		return err
	}
	code, err := workload.Wait(ctx, b, workload.Program{
		Group: g, CPU: workload.AnyCPU, Argv: []string{"/bin/sh", "-c", largeHog},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(b.Path("status"), []byte(fmt.Sprintln(code)), 0o644)
}
