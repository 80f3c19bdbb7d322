package imageexport

import (
	"context"
	"fmt"
	"os"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

const startShell = `kill -9 "$(cat "$LAB/pid")"
rm "$LAB/in" "$LAB/out" "$LAB/pid"
mkfifo "$LAB/in"
unshare --mount --uts --ipc --net --pid --fork --user --map-root-user \
  chroot "$LAB/copy" /bin/sh <>"$LAB/in" >"$LAB/out" 2>&1 &
until pgrep -P $! >"$LAB/pid"; do sleep 0.1; done
`

// start ends the sandbox that was exported, and stands one in the copy.
func start(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.End(ctx, b); err != nil {
		return err
	}
	program := sandbox.Shell(b)
	program.Root = copied(b)
	return sandbox.Stand(ctx, b, namespace.Isolated(namespace.Six, "namespace", program))
}

func started(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	checks, err := steps.Isolated(ctx, b, copied(b))
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	view, err := steps.Look(ctx, b)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(copied(b))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return append(checks, lesson.Equal("from inside, the names in /", fmt.Sprint(names), fmt.Sprint(view.Root), "it sees another directory as /")), nil
}
