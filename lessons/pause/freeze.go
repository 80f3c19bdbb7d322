package pause

import (
	"context"
	"fmt"
	"time"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

func freezeShell(b *bench.Bench) string {
	g, err := written(b)
	if err != nil {
		return steps.Unable(err)
	}
	return "# docker pause\n" + steps.Spell(g, (*cgroup.Group).Freeze) + standstill(g)
}

// patience is how long a group may take to stand still.
const patience = 10 * time.Second

// freeze stops the sandbox, and waits until all of it stands.
func freeze(ctx context.Context, b *bench.Bench) error {
	g, err := group(b)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return g.WaitFrozen(ctx, b.Trace)
}

// stands judges that the sandbox's counter does not move while the other
// counts on, three times at the least.
func stands(ctx context.Context, b *bench.Bench) []lesson.Check {
	in, out := files(b)
	before := reached(in)
	outside := runs(ctx, "meanwhile the counter outside", out, "it stands as well, so that this proves nothing: it is to count in a group beside")
	goesOn(ctx, out, 3)
	outside.Control = true
	after := reached(in)
	return []lesson.Check{
		{
			Name: "the counter in the sandbox", Want: fmt.Sprintf("stands at %d", before), Got: fmt.Sprintf("from %d to %d", before, after),
			OK: before > 0 && before == after, Hint: "it counts on, so it is not in the group that is frozen: cat /proc/PID/cgroup",
		},
		outside,
	}
}

func frozen(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	state := lesson.Equal(stateFile(g), "frozen", stateOf(g), "nobody froze the group, or it was another one, or the processes were stopped in another way: "+g.Freeze()[0].Path)
	if !state.OK {
		return []lesson.Check{state}, nil
	}
	theirs := lesson.Equal("the sandbox's group", g.Dirs[0].Path, groupOf(pid), "the sandbox was moved to another group, and runs on")
	return append([]lesson.Check{state, theirs}, stands(ctx, b)...), nil
}

// groupOf is the directory of a process's group.
func groupOf(pid int) string {
	g, err := cgroup.Of(pid, cgroup.Freezer)
	if err != nil {
		return err.Error()
	}
	return g.Dirs[0].Path
}

func thawShell(b *bench.Bench) string {
	g, err := written(b)
	if err != nil {
		return steps.Unable(err)
	}
	return "# docker unpause\n" + steps.Spell(g, (*cgroup.Group).Thaw)
}

// thaw lets the sandbox run on.
func thaw(_ context.Context, b *bench.Bench) error {
	g, err := group(b)
	if err != nil {
		return err
	}
	return g.Thaw().Perform(b.Trace)
}

func thawed(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	state := lesson.Equal(stateFile(g), "not frozen", stateOf(g), "the group is still frozen: "+g.Thaw()[0].Path)
	if !state.OK {
		return []lesson.Check{state}, nil
	}
	inside, err := runsInside(ctx, b, g, "it has ended, or was stopped by something else than the freezer")
	return []lesson.Check{state, inside}, err
}
