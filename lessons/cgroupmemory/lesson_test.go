package cgroupmemory

import (
	"context"
	"errors"
	"os"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Limit the group to 80 MB, and to no swap": {
			{Name: "no limit", Do: lessontest.Nothing, Says: "was not written"},
			{Name: "the limit on another group", Do: wrongGroup, Says: "to another group"},
			{Name: "ten times the limit", Do: setLimit(10 * most.Bytes), Says: "read back"},
		},
		"Let a hog have 20 MB": {
			{Name: "no hog", Do: lessontest.Nothing, Says: "was not started"},
			{Name: "a hog outside the group", Do: hogOutside, Says: "not in the group"},
			{Name: "a limit too low for it", Do: tooLow, Says: "limit is too low"},
		},
		"Let another have more than there is": {
			{Name: "no hog", Do: lessontest.Nothing, Says: "it was not killed"},
			{Name: "the limit lifted before", Do: lifted, Says: "the limit is above what it takes"},
			{Name: "no hog without a limit", Do: onlyInside, Says: "proves nothing"},
			{Name: "killed by hand", Do: killedByHand, Says: "it was not this group's limit"},
		},
	})
}

func TestFigures(t *testing.T) {
	lessontest.Figures(t, Lesson(), "Let a hog have 20 MB", "Let another have more than there is")
}

func wrongGroup(_ context.Context, b *bench.Bench) error {
	g, err := steps.Group(b, free, cgroup.Memory)
	if err != nil {
		return err
	}
	return errors.Join(g.Make(b.Trace), g.LimitMemory(most).Perform(b.Trace))
}

func setLimit(n int64) func(context.Context, *bench.Bench) error {
	return func(_ context.Context, b *bench.Bench) error {
		g, err := group(b)
		if err != nil {
			return err
		}
		return g.LimitMemory(cgroup.MemoryLimit{Bytes: n}).Perform(b.Trace)
	}
}

// hogOutside writes the status file that the shell inside would, and has the
// hog in a group of its own.
func hogOutside(ctx context.Context, b *bench.Bench) error { return unlimited(ctx, b) }

func tooLow(ctx context.Context, b *bench.Bench) error {
	return errors.Join(setLimit(12*mb)(ctx, b), small(ctx, b))
}

func lifted(ctx context.Context, b *bench.Bench) error {
	return errors.Join(setLimit(10*most.Bytes)(ctx, b), large(ctx, b))
}

func onlyInside(ctx context.Context, b *bench.Bench) error {
	return errors.Join(large(ctx, b), os.Remove(b.Path("status")))
}

// killedByHand has a hog killed by somebody else than the kernel.
func killedByHand(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, "sh -c 'kill -9 $$'; echo $? >/status"); err != nil {
		return err
	}
	return unlimited(ctx, b)
}
