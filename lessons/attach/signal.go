package attach

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// ctrlC is what a keyboard sends for Ctrl-C: the third control character.
const ctrlC = "\x03"

const interruptShell = `echo 'sleep 600' >"$LAB/in"
echo 'sleep 600' >"$LAB/pipe/in"
box=$(cat "$LAB/pid") pipe=$(cat "$LAB/pipe/pid")
until pgrep -x -P "$box" sleep && pgrep -x -P "$pipe" sleep; do sleep 0.1; done >/dev/null
# Ctrl-C, for both
printf '\003\n' >"$LAB/in"
printf '\003\n' >"$LAB/pipe/in"
while pgrep -x -P "$box" sleep; do sleep 0.1; done >/dev/null
echo 'echo $? >/interrupted' >"$LAB/in"
until [ -s "$LAB/rootfs/interrupted" ]; do sleep 0.1; done
`

// interrupt has both containers sleep, and types Ctrl-C for both.
func interrupt(ctx context.Context, b *bench.Bench) error {
	pid, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	for _, word := range []string{"sleep 600", ctrlC} {
		if err := sandbox.Say(b, word); err != nil {
			return err
		}
		if err := piped(b).Say(b.Trace, word); err != nil {
			return err
		}
		asleep := word != ctrlC
		if err := steps.Until(ctx, func() bool { return (sleeper(pid) > 0) == asleep && sleeper(pipedPID(b)) > 0 }); err != nil {
			return err
		}
	}
	// Later, as the terminal forgets on Ctrl-C what was typed and not yet read.
	if err := sandbox.Say(b, "echo $? >/interrupted"); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { return line(b.Path("rootfs", "interrupted")) != "nothing" })
}

func interrupted(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	s, err := kernel.ReadStat(pid)
	if err != nil {
		return nil, err
	}
	checks := []lesson.Check{
		lesson.Equal("the status that the shell inside saw of sleep", fmt.Sprint(128+int(unix.SIGINT)), line(b.Path("rootfs", "interrupted")), "nothing was interrupted, or it was ended in another way: 128 and SIGINT, 2, are 130"),
		lesson.Equal("the foreground, after that", fmt.Sprintf("%d, its own", s.Group), foreground(s), "the shell inside does not have its terminal back"),
	}
	if b.Subject != nil {
		return checks, nil
	}
	monitor, asleep := "lives, its terminal: "+terminalOf(monitorPID(b)), "has ended"
	if monitorPID(b) == 0 {
		monitor = "has ended"
	}
	if sleeper(pipedPID(b)) > 0 {
		asleep = "sleeps"
	}
	return append(checks,
		lesson.Check{Name: "the monitor, who passed the key on", Want: "lives, its terminal: none", Got: monitor, OK: monitor == "lives, its terminal: none", Control: true, Hint: "it was interrupted as well: it is in the session of the terminal"},
		lesson.Check{Name: "the sleep of the one on a pipe, which was sent the same", Want: "sleeps", Got: asleep, OK: asleep == "sleeps", Control: true, Hint: "there is nothing to compare with: it does not sleep"},
	), nil
}

// hook waits inside for SIGHUP.
const hook = `trap 'echo SIGHUP >/hup; exit' HUP; sleep 600 & wait`

var hangUpShell = `echo ` + quoted(hook) + ` >"$LAB/in"
box=$(cat "$LAB/pid") pipe=$(cat "$LAB/pipe/pid")
until pgrep -x -P "$box" sleep >/dev/null; do sleep 0.1; done
kill -KILL "$(cat "$LAB/monitor")" "$(ps -o ppid= -p "$pipe")"
until [ -s "$LAB/rootfs/hup" ]; do sleep 0.1; done
`

// hangUp ends the monitors of both containers: with them go their descriptors.
func hangUp(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, hook); err != nil {
		return err
	}
	pid, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	if err := steps.Until(ctx, func() bool { return sleeper(pid) > 0 }); err != nil {
		return err
	}
	other, err := kernel.ReadStat(pipedPID(b))
	if err != nil {
		return err
	}
	for _, monitor := range []int{monitorPID(b), other.Parent} {
		fd, err := unix.PidfdOpen(monitor, 0)
		if err != nil {
			return fmt.Errorf("pidfd_open(%d): %w", monitor, err)
		}
		err = b.Trace.PidfdKill(fd)
		_ = unix.Close(fd)
		if err != nil {
			return err
		}
	}
	return steps.Until(ctx, func() bool { return line(b.Path("rootfs", "hup")) != "nothing" })
}

func hungUp(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	first, pipe := "has ended", "has ended"
	// In the guided shell the one on a pipe is all that is left to judge.
	if pid, err := sandbox.PID(b); err == nil && pid != pipedPID(b) {
		first = "lives: " + strconv.Itoa(pid)
	}
	checks := []lesson.Check{
		lesson.Equal("what the shell inside was sent", "SIGHUP", line(b.Path("rootfs", "hup")), "nobody hung up, or the shell inside did not wait for it with a trap"),
		lesson.Equal("the container", "has ended", first, "its shell goes on, without anybody who could read or write it"),
		lesson.Equal("the log, of one that has ended", "there", within(text(b.Path("out")), yes), "the log was removed"),
	}
	if b.Subject != nil {
		return checks, nil
	}
	if pipedPID(b) > 0 {
		pipe = "lives"
	}
	return append(checks, lesson.Check{Name: "the one on a pipe, whose monitor was killed as well", Want: "lives", Got: pipe, OK: pipe == "lives", Control: true, Hint: "it has ended, too: this proves nothing about the terminal"}), nil
}

// undoShell ends who may be left of both containers.
const undoShell = `for p in $(cat "$LAB/pid" "$LAB/pipe/pid" 2>/dev/null); do
  # One has ended, and its number may be somebody else's by now.
  if [ "/proc/$p/root" -ef "$LAB/rootfs" ]; then kill -9 "$p"; fi
done
rm -rf "$LAB"
`
