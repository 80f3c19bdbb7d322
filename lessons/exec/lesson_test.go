package exec

import (
	"context"
	"errors"
	"os"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Start a second shell in the container": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "was not started"},
			{Name: "without the mount namespace", Do: without("--mount "), Says: "the host's mounts"},
			{Name: "without the UTS namespace", Do: without("--uts "), Says: "the host's name"},
			{Name: "without the IPC namespace", Do: without("--ipc "), Says: "IPC namespace"},
			{Name: "without the network namespace", Do: without("--net "), Says: "the host's network"},
			{Name: "without the user namespace", Do: without("--user "), Says: "another's rights", Root: true},
			{Name: "the pid namespace without a fork", Do: noFork, Says: "only children"},
			{Name: "the root forgotten", Do: without("--root --wd "), Says: "has another root", Root: true},
			{Name: "outside of the control group", Do: noGroup, Says: "outside of the container's control group"},
			{Name: "a child of the container's shell", Do: childInside, Says: "it was not brought in from outside"},
			{Name: "the container's shell itself", Do: lessontest.Script(`cp "$LAB/pid" "$LAB/exec.pid"`), Says: "it is the first process"},
		},
		"Have it look around, and the same commands outside": {
			{Name: "nobody looks", Do: lessontest.Nothing, Says: "was not told to look"},
			{Name: "both outside", Do: lessontest.Script(`sh -c '` + sights + `' | tee "$LAB/seen-outside" >"$LAB/rootfs/seen-inside"`), Says: "looked from outside"},
			{Name: "only inside", Do: onlyInside, Says: "for comparison"},
		},
		"Let it end, and see the container live on": {
			{Name: "it stays", Do: lessontest.Nothing, Says: "still waits"},
			{Name: "the first one is ended", Do: lessontest.Script(`p=$(cat "$LAB/pid"); kill -KILL "$p"; while grep -q "^State:.[^Z]" "/proc/$p/status" 2>/dev/null; do sleep 0.1; done`), Says: "the container has ended"},
		},
	})
}

// changed is the step's own script, in which each old text is another.
func changed(pairs ...string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error {
		return lessontest.Changed(enterShell(b), pairs...)(ctx, b)
	}
}

func without(option string) lessontest.Does { return changed(option, "") }

// noFork leaves the shell in the process that called setns(2).
func noFork(ctx context.Context, b *bench.Bench) error {
	return changed("--pid ", "--pid --no-fork ", `until pgrep -P $! >"$LAB/exec.pid"; do sleep 0.1; done`, `echo $! >"$LAB/exec.pid"
until [ "$(cat /proc/$!/comm)" = sh ]; do sleep 0.1; done`)(ctx, b)
}

func noGroup(ctx context.Context, b *bench.Bench) error {
	return changed(`  echo "$BASHPID" >`, `  : `)(ctx, b)
}

// childInside has the container's own shell start it.
func childInside(ctx context.Context, b *bench.Bench) error {
	return lessontest.Script(`echo 'sleep 600' >"$LAB/in"
until pgrep -P "$(cat "$LAB/pid")" >"$LAB/exec.pid"; do sleep 0.1; done`)(ctx, b)
}

func onlyInside(ctx context.Context, b *bench.Bench) error {
	return errors.Join(look(ctx, b), os.Remove(b.Path(seenOutside)))
}
