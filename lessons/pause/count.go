package pause

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
	"byhand/lab/workload"
	"byhand/lessons/internal/steps"
)

// counter counts into a file. 1<> opens it without emptying it first, and the
// number always has the same width, so that a reader finds a whole one.
const counter = `n=0; while :; do n=$((n + 1)); printf "%%12d" "$n" 1<>%s; sleep 0.1; done`

// inside is what the sandbox's shell is told.
var inside = "(" + fmt.Sprintf(counter, "/count") + ") &"

// outside is what runs beside, with the bench's directory as LAB.
var outside = fmt.Sprintf(counter, `"$LAB/count"`)

func countShell(b *bench.Bench) string {
	g, err := writtenOther(b)
	if err != nil {
		return steps.Unable(err)
	}
	return "cat >\"$LAB/in\" <<'END'\n" + inside + "\nEND\n" + g.Create().Shell() +
		"(\n" + g.JoinShell(`  echo "$BASHPID"`) + "  exec /bin/sh -c '" + outside + "'\n) >/dev/null 2>&1 &\n" +
		"until [ -s \"$LAB/count\" ] && [ -s \"$LAB/rootfs/count\" ]; do sleep 0.1; done\n"
}

// count starts the one in the sandbox, and the other in a group beside.
func count(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, inside); err != nil {
		return err
	}
	g, err := other(b)
	if err != nil {
		return err
	}
	if err := g.Make(b.Trace); err != nil {
		return err
	}
	return workload.Start(ctx, b, workload.Program{
		Group: g, CPU: workload.AnyCPU,
		Argv: []string{"/bin/sh", "-c", "LAB=$1; " + outside, "counter", b.Dir},
	})
}

// files are where the two count.
func files(b *bench.Bench) (in, out string) { return b.Path("rootfs", "count"), b.Path("count") }

// reached reads how far a counter has come, 0 where it has not begun.
func reached(path string) int {
	text, _ := os.ReadFile(path)
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// slow is how long a counter may take to go on, on a machine that is busy.
const slow = 10 * time.Second

// goesOn waits until a counter has counted on by some steps, and tells from
// where to where it went.
func goesOn(ctx context.Context, path string, by int) (from, to int) {
	from = reached(path)
	for deadline := time.Now().Add(slow); ; {
		to = reached(path)
		// A file that was not there yet is no counter that runs.
		if from == 0 {
			from = to
		}
		if to >= from+by && from > 0 || time.Now().After(deadline) {
			return from, to
		}
		select {
		case <-ctx.Done():
			return from, to
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// runs judges that a counter goes on.
func runs(ctx context.Context, who, path, hint string) lesson.Check {
	got := "it never began"
	from, to := 0, 0
	if _, err := os.Stat(path); err == nil {
		from, to = goesOn(ctx, path, 2)
		got = fmt.Sprintf("from %d to %d", from, to)
	}
	return lesson.Check{Name: who, Want: "counts on", Got: got, OK: to > from, Hint: hint}
}

// runsInside is runs for the counter in the sandbox. Where nobody is there who
// could count, that is said at once.
func runsInside(ctx context.Context, b *bench.Bench, g *cgroup.Group, hint string) (lesson.Check, error) {
	const who = "the counter in the sandbox"
	in, _ := files(b)
	pids, err := g.Processes()
	if err != nil {
		return lesson.Check{}, err
	}
	children, err := counters(b)
	if err != nil {
		return lesson.Check{}, err
	}
	shell := standing(b)
	if !slices.ContainsFunc(append(pids, children...), func(pid int) bool { return pid != shell && alive(pid) }) {
		return lesson.Check{Name: who, Want: "counts on", Got: "nobody is there but the shell", Hint: hint}, nil
	}
	return runs(ctx, who, in, hint), nil
}

func counting(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	g, err := group(b)
	if err != nil {
		return nil, err
	}
	if state := stateOf(g); state != "not frozen" {
		return []lesson.Check{lesson.Equal(stateFile(g), "not frozen", state, "the group is frozen already")}, nil
	}
	inside, err := runsInside(ctx, b, g, "nobody counts there, or not into /count")
	in, out := files(b)
	if err != nil || !inside.OK && reached(in) > 0 {
		return []lesson.Check{inside}, err
	}
	return []lesson.Check{
		inside,
		runs(ctx, "the counter outside, in another group", out, "nobody counts there, or not into "+out),
	}, nil
}
