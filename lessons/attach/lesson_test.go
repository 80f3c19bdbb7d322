package attach

import (
	"context"
	"errors"
	"strings"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Start one on a terminal, and keep the other end": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "nothing was started"},
			{Name: "on a pipe", Do: onlyPiped, Says: "its input is no terminal"},
			{Name: "in a session without a terminal", Do: lessontest.Changed(boxShell, `exec chroot`, `exec setsid chroot`), Says: "Ctrl-C goes to nobody"},
			{Name: "without its own network", Do: lessontest.Changed(boxShell, "--net ", ""), Says: "net"},
			{Name: "the monitor is not the one", Do: lessontest.Changed(boxShell, `echo "$$" >"$LAB/monitor"`, `echo "$PPID" >"$LAB/monitor"`), Says: "not that of who made the pair"},
		},
		"Ask it what it is on, and read the log": {
			{Name: "nobody asks", Do: lessontest.Nothing, Says: "nobody asked it"},
			{Name: "without the pipe", Do: onlyBox(question, yes), Says: "for comparison"},
			{Name: "with a pipe in between", Do: onlyBox("true | ( "+question+" )", no), Says: "it is on no terminal"},
		},
		"Tell the terminal another size": {
			{Name: "no size", Do: lessontest.Nothing, Says: "no size"},
			{Name: "rows and columns exchanged", Do: lessontest.Changed(resizeShell, "rows 33 cols 99", "rows 99 cols 33"), Says: "another one"},
			{Name: "nobody waits inside", Do: lessontest.Script(`stty -F "$(readlink "/proc/$(cat "$LAB/pid")/fd/0")" rows 33 cols 99`), Says: "nobody there waited"},
		},
		"Type Ctrl-C": {
			{Name: "nothing typed", Do: lessontest.Nothing, Says: "nothing was interrupted"},
			{Name: "killed", Do: lessontest.Changed(interruptShell, `printf '\003\n' >"$LAB/in"`, `pkill -KILL -x -P "$box" sleep`), Says: "in another way"},
			{Name: "the one on a pipe does not sleep", Do: lessontest.Changed(interruptShell, `printf '\003\n' >"$LAB/pipe/in"`, `pkill -INT -x -P "$pipe" sleep`), Says: "nothing to compare with"},
			{Name: "the monitor interrupted, too", Do: monitorToo, Says: "it was interrupted as well"},
		},
		"Attach, and leave": {
			{Name: "nobody attached", Do: lessontest.Nothing, Says: "nobody was attached"},
			{Name: "read from the beginning", Do: lessontest.Changed(attachShell, `"+$from"`, "+1"), Says: "that is docker logs"},
			{Name: "another shell answers", Do: lessontest.Script(`sh -c '` + greeting + `' >"$LAB/attached"`), Says: "it was not the container"},
			{Name: "left with exit", Do: exited, Says: "has ended"},
		},
		"Kill the monitors, and see who is hung up": {
			{Name: "nobody hangs up", Do: lessontest.Nothing, Says: "nobody hung up"},
			{Name: "the container killed", Do: lessontest.Script(`kill -KILL "$(cat "$LAB/pid")"`), Says: "nobody hung up"},
			{Name: "SIGHUP is ignored", Do: ignored, Says: "goes on"},
			{Name: "the other one killed, too", Do: bothKilled, Says: "it has ended, too"},
		},
	})
}

// onlyPiped starts what is called the container on a terminal on a pipe.
func onlyPiped(ctx context.Context, b *bench.Bench) error {
	k := box(b)
	k.Terminal = false
	return sandbox.Detach(ctx, b, k)
}

// onlyBox says something to the container on a terminal alone.
func onlyBox(said, answer string) lessontest.Does {
	return func(ctx context.Context, b *bench.Bench) error {
		if err := sandbox.Say(b, said); err != nil {
			return err
		}
		return steps.Until(ctx, func() bool { return strings.Contains(text(b.Path("out")), "\n"+answer) })
	}
}

// monitorToo does the step, and then interrupts the monitor, too. With it the
// terminal goes, which the shell inside gets over only as long as it reads nothing.
func monitorToo(ctx context.Context, b *bench.Bench) error {
	if err := errors.Join(interrupt(ctx, b), sandbox.Say(b, `set +m; trap '' HUP; while :; do sleep 1; done`)); err != nil {
		return err
	}
	pid, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	if err := steps.Until(ctx, func() bool { return sleeper(pid) > 0 }); err != nil {
		return err
	}
	if err := lessontest.Script(`kill -INT "$(cat "$LAB/monitor")"`)(ctx, b); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { return monitorPID(b) == 0 })
}

// bothKilled kills the container on the pipe in place of its monitor.
func bothKilled(ctx context.Context, b *bench.Bench) error {
	if err := lessontest.Changed(hangUpShell, `"$(ps -o ppid= -p "$pipe")"`, `"$pipe"`)(ctx, b); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { return pipedPID(b) == 0 })
}

func exited(ctx context.Context, b *bench.Bench) error {
	if err := errors.Join(attach(ctx, b), sandbox.Say(b, "exit")); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { _, err := sandbox.PID(b); return err != nil })
}

// ignored has the shell write what it is to write, and stay. With job control it
// would fail to bring its next command to the foreground of a terminal that is gone.
func ignored(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, `set +m; trap 'echo SIGHUP >/hup' HUP; while :; do sleep 1; done`); err != nil {
		return err
	}
	pid, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	if err := steps.Until(ctx, func() bool { return sleeper(pid) > 0 }); err != nil {
		return err
	}
	return lessontest.Script(`kill -KILL "$(cat "$LAB/monitor")"; until [ -s "$LAB/rootfs/hup" ]; do sleep 0.1; done`)(ctx, b)
}
