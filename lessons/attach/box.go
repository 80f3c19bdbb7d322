package attach

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// box is the container on a terminal, in the bench's own directory.
func box(b *bench.Bench) sandbox.Kept {
	return sandbox.Kept{Dir: b.Dir, Program: sandbox.Shell(b), Terminal: true}
}

// piped is the container on a pipe, for comparison.
func piped(b *bench.Bench) sandbox.Kept {
	return sandbox.Kept{Dir: b.Path("pipe"), Program: sandbox.Shell(b)}
}

// pipedPID returns the process of the container on a pipe; 0 where it has ended.
func pipedPID(b *bench.Bench) int { return living(piped(b).Read("pid")) }

// monitorPID returns the process that holds the master; 0 where it has ended.
func monitorPID(b *bench.Bench) int { return living(box(b).Read("monitor")) }

func living(pid int, err error) int {
	if err != nil {
		return 0
	}
	if s, err := kernel.ReadStat(pid); err != nil || s.Ended() {
		return 0
	}
	return pid
}

const onPipeShell = `# docker run -di
mkdir "$LAB/pipe"
mkfifo "$LAB/pipe/in"
export LAB
setsid --fork bash <<'END'
echo "$$" >"$LAB/pipe/maker"
exec unshare --mount --uts --ipc --net --pid --fork --user --map-root-user \
  chroot "$LAB/rootfs" /bin/sh <>"$LAB/pipe/in" >"$LAB/pipe/out" 2>&1
END
until [ -s "$LAB/pipe/maker" ] && pgrep -P "$(cat "$LAB/pipe/maker")" >"$LAB/pipe/pid"; do sleep 0.1; done
`

// onPipe starts a container as docker run -di does.
func onPipe() lesson.Step {
	return lesson.Step{
		Title:  "Start a container on a pipe, for comparison",
		Why:    "This is docker run -di: it can be written to, and has no terminal.",
		Shell:  steps.Text(onPipeShell),
		Source: []any{sandbox.Detach, sandbox.Keep},
		Do: func(ctx context.Context, b *bench.Bench) error {
			if err := b.Trace.Mkdir(b.Path("pipe")); err != nil {
				return err
			}
			return sandbox.Detach(ctx, b, piped(b))
		},
		Verify: func(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
			pid := pipedPID(b)
			if pid == 0 {
				return []lesson.Check{lesson.Equal("a container on a pipe", "stands", "none", "nothing was started, or it has ended: "+b.Path("pipe", "out")+" holds its last words")}, nil
			}
			return []lesson.Check{
				steps.RootAt(b.Root(), pid),
				{Name: "its terminal (tty_nr)", Want: "none", Got: terminalOf(pid), OK: terminalOf(pid) == "none", Hint: "it has yours: setsid"},
			}, nil
		},
	}
}

// terminalOf is a process's controlling terminal, by its device.
func terminalOf(pid int) string {
	s, err := kernel.ReadStat(pid)
	switch {
	case err != nil:
		return err.Error()
	case s.Terminal == 0:
		return "none"
	}
	return s.TerminalDevice().String()
}

const boxShell = `# docker run -dit --name box
mkfifo "$LAB/in"
touch "$LAB/rootfs/dev/console"
export LAB
# Not with &: what a script starts so ignores Ctrl-C from birth.
setsid --fork bash >/dev/null 2>&1 <<'END'
echo "$$" >"$LAB/monitor"
# script makes the pair, and a session on it for the command.
SHELL=/bin/sh exec script -qfc 'terminal=$(tty)
  export terminal
  echo "$$" >"$LAB/maker"
  exec unshare --mount --uts --ipc --net --pid --fork --user --map-root-user \
    sh -c "mount --bind \"\$terminal\" \"\$LAB/rootfs/dev/console\"
      exec chroot \"\$LAB/rootfs\" /bin/sh"' "$LAB/out" <>"$LAB/in"
END
until [ -s "$LAB/maker" ] && pgrep -P "$(cat "$LAB/maker")" >"$LAB/pid"; do sleep 0.1; done
`

// start starts the container on a terminal.
func start(ctx context.Context, b *bench.Bench) error { return sandbox.Detach(ctx, b, box(b)) }

func started(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	checks, err := steps.Isolated(ctx, b, b.Root())
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	pid, err := sandbox.PID(b)
	if err != nil {
		return nil, err
	}
	s, err := kernel.ReadStat(pid)
	if err != nil {
		return nil, err
	}
	link, device := input(pid)
	own, err := kernel.ReadStat(0)
	if err != nil {
		return nil, err
	}
	checks = append(checks,
		lesson.Check{
			Name: fmt.Sprintf("/proc/%d/fd/0, its input", pid), Want: "/dev/pts/N, the slave of a pair", Got: link,
			OK: strings.HasPrefix(link, "/dev/pts/") && device != "", Hint: "its input is no terminal",
		},
		lesson.Check{
			Name: "its controlling terminal (tty_nr)", Want: device + ", the same", Got: terminalOf(pid),
			OK: terminalOf(pid) == device, Hint: "it reads a terminal that is not its session's, so that Ctrl-C goes to nobody: setsid(2), then TIOCSCTTY",
		},
		lesson.Check{
			Name: "its session", Want: fmt.Sprintf("not ours, %d", own.Session), Got: strconv.Itoa(s.Session),
			OK: s.Session != own.Session, Hint: "it is in our session, and would end with our terminal",
		},
		lesson.Equal("the group in the foreground (tpgid)", fmt.Sprintf("%d, its own", s.Group), foreground(s), "it has no place in the foreground of a terminal: its shell keeps no jobs"),
	)
	return append(checks, held(b)...), nil
}

// foreground says whose the foreground of a process's terminal is.
func foreground(s kernel.Stat) string {
	switch s.Foreground {
	case -1:
		return "none: it has no terminal"
	case s.Group:
		return fmt.Sprintf("%d, its own", s.Group)
	}
	return fmt.Sprintf("%d, another's", s.Foreground)
}

// input is what a process reads, and the number of the device if it is one.
func input(pid int) (link, device string) {
	path := fmt.Sprintf("/proc/%d/fd/0", pid)
	link, err := os.Readlink(path)
	if err != nil {
		return err.Error(), ""
	}
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFCHR {
		return link, ""
	}
	return link, kernel.DeviceOf(stat.Rdev).String()
}

// held judges who has the master, beside the container on a pipe; of a person's
// own container nobody has said which processes those are.
func held(b *bench.Bench) []lesson.Check {
	if b.Subject != nil {
		return nil
	}
	master := "not held"
	if hasMaster(monitorPID(b)) {
		master = "held"
	}
	checks := []lesson.Check{lesson.Equal("/dev/ptmx, the master, by the monitor", "held", master, "the number in "+b.Path("monitor")+" is not that of who made the pair, or it has ended")}
	pid := pipedPID(b)
	link, _ := input(pid)
	return append(checks, lesson.Check{
		Name: "of the container on a pipe, the input and the terminal", Want: "a pipe, and none", Got: link + ", and " + terminalOf(pid),
		OK: pid != 0 && !strings.HasPrefix(link, "/dev/pts/") && terminalOf(pid) == "none", Control: true, Hint: "it has a terminal, too: there is nothing to compare with",
	})
}

// hasMaster reports whether a process holds a master.
func hasMaster(pid int) bool {
	fds, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, fd := range fds {
		if link, err := os.Readlink(fd); err == nil && filepath.Base(link) == "ptmx" {
			return true
		}
	}
	return false
}

// text is what a file holds, without the carriage returns that a terminal puts
// before each new line; empty where it is not there.
func text(path string) string {
	content, _ := os.ReadFile(path)
	return strings.ReplaceAll(string(content), "\r\n", "\n")
}

// line is a file's one line, or "nothing".
func line(path string) string {
	if content := strings.TrimSpace(text(path)); content != "" {
		return content
	}
	return "nothing"
}

// sleeper returns the sleep that a shell has started; 0 where there is none.
func sleeper(shell int) int {
	if shell == 0 {
		return 0
	}
	children, err := kernel.Children(shell)
	if err != nil {
		return 0
	}
	for _, c := range children {
		if c.Name == "sleep" && !c.Ended() {
			return c.PID
		}
	}
	return 0
}
