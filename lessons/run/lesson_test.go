package run

import (
	"context"
	"os"
	"strings"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Take a name": {
			{Name: "no name", Do: lessontest.Nothing, Says: "nobody took the name"},
		},
		"Start it detached, with somebody who waits": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "nothing was started"},
			{Name: "in our own session", Do: changed(boxShell, "setsid ", ""), Says: "would end with this terminal"},
			{Name: "in a terminal's session", Do: onTerminal, Says: "would end with this terminal"},
			{Name: "nobody waits", Do: changed(boxShell, "  wait $! || status=$?\n", "  disown; kill -KILL $! $$\n"), Says: "nobody will learn"},
			{Name: "without its own network", Do: changed(boxShell, "--net ", ""), Says: "net"},
		},
		"Start another, and kill it": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "not started"},
			{Name: "not killed", Do: func(ctx context.Context, b *bench.Bench) error { _, err := startJob(ctx, b, false); return err }, Says: "not killed"},
			{Name: "it ended by itself", Do: changed(killShell, `kill -KILL "$(cat "$LAB/boxes/job/pid")"`, `echo 'exit 0' >"$LAB/boxes/job/in"`), Says: "ended by itself"},
			{Name: "with --rm", Do: changed(killShell, note, erase, `until [ -s "$LAB/boxes/job/status" ]`, `until [ ! -e "$LAB/boxes/job" ]`), Says: "not started"},
		},
		"Remove what is left of it": {
			{Name: "nothing removed", Do: lessontest.Nothing, Says: "still there"},
			{Name: "all removed", Do: lessontest.Script(`rm -r "$LAB/boxes"`), Says: "the other container's"},
		},
		"Run one that removes itself": {
			{Name: "nothing run", Do: lessontest.Nothing, Says: "it did not run"},
			{Name: "without --rm", Do: changed(onceShell, erase, note, `while [ -e "$LAB/boxes/job" ]`, `while [ ! -e "$LAB/boxes/job/status" ]`), Says: "still there"},
		},
	})
}

// onTerminal starts the container from the session of a terminal, as that of
// somebody is who types.
func onTerminal(ctx context.Context, b *bench.Bench) error {
	text := strings.Replace(boxShell(b), "setsid ", "", 1)
	if err := os.WriteFile(b.Path("typed"), []byte(text+"touch \"$LAB/stands\"\nsleep 3600\n"), 0o600); err != nil {
		return err
	}
	return lessontest.Script(`script -qc 'bash "$LAB/typed"' /dev/null </dev/null >/dev/null 2>&1 &
until [ -e "$LAB/stands" ]; do sleep 0.1; done`)(ctx, b)
}

// changed is a step's own script, in which each old text is another.
func changed(of func(*bench.Bench) string, pairs ...string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error { return lessontest.Changed(of(b), pairs...)(ctx, b) }
}
