package run

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// The containers' names.
const (
	box = "box"
	job = "job"
)

// kept is a container's directory, and what runs in it.
func kept(b *bench.Bench, name string) sandbox.Kept {
	return sandbox.Kept{Dir: b.Path("boxes", name), Program: sandbox.Shell(b)}
}

func claimShell(*bench.Bench) string {
	return "mkdir \"$LAB/boxes\"\n" +
		"mkdir \"$LAB/boxes/box\"\n" +
		"mkdir \"$LAB/boxes/box\" || echo 'the name is in use'\n"
}

// claim takes the name box.
func claim(_ context.Context, b *bench.Bench) error {
	if err := b.Trace.Mkdir(b.Path("boxes")); err != nil {
		return err
	}
	if err := b.Trace.Mkdir(b.Path("boxes", box)); err != nil {
		return err
	}
	// Once more, to see it refused.
	if err := b.Trace.Mkdir(b.Path("boxes", box)); !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("the name was given twice: %w", err)
	}
	return nil
}

func claimed(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	there := lesson.Equal("the directory "+b.Path("boxes", box), "there", presence(b.Path("boxes", box)), "nobody took the name: mkdir \"$LAB/boxes/box\"")
	if !there.OK {
		return []lesson.Check{there}, nil
	}
	again, free := unix.Mkdir(b.Path("boxes", box), 0o755), unix.Mkdir(b.Path("boxes", "free"), 0o755)
	if free == nil {
		_ = unix.Rmdir(b.Path("boxes", "free"))
	}
	return []lesson.Check{
		there,
		lesson.Equal("mkdir of the same name", unix.EEXIST.Error(), outcome(again), "the name could be taken twice"),
		{Name: "mkdir of a name that is free", Want: "made", Got: outcome(free), OK: free == nil, Control: true, Hint: "no name can be taken at all"},
	}, nil
}

func outcome(err error) string {
	if err == nil {
		return "made"
	}
	return err.Error()
}

func presence(path string) string {
	if _, err := os.Lstat(path); err != nil {
		return "not there"
	}
	return "there"
}

// startShell writes the commands that start a container under a monitor.
func startShell(name, end string) string {
	return `mkfifo "$LAB/boxes/` + name + `/in"
export LAB
setsid bash >/dev/null 2>&1 <<'END' &
  cd "$LAB/boxes/` + name + `"
  # Not by --fork: some versions of unshare lose how the child ended.
  unshare --mount --uts --ipc --net --pid --user --map-root-user \
    bash -c "chroot \"\$LAB/rootfs\" /bin/sh <>in >out 2>&1 & wait \$!" &
  until pgrep -P $! >pid; do sleep 0.1; done
  status=0
  wait $! || status=$?
  ` + end + `
END
until [ -s "$LAB/boxes/` + name + `/pid" ]; do sleep 0.1; done
`
}

// The monitor's last act.
const (
	note  = `echo "$status" >status`
	erase = `rm -r "$LAB/boxes/` + job + `"`
)

func boxShell(*bench.Bench) string {
	return "# docker run -d --name box\n" + startShell(box, note) + "ln -s boxes/box/pid \"$LAB/pid\"\nln -s boxes/box/in \"$LAB/in\"\n"
}

// startBox starts the container that stays.
func startBox(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Detach(ctx, b, kept(b, box)); err != nil {
		return err
	}
	// Where the other lessons have their one container.
	return errors.Join(os.Symlink("boxes/box/pid", b.Path("pid")), os.Symlink("boxes/box/in", b.Path("in")))
}

func stands(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
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
	own, err := kernel.ReadStat(0)
	if err != nil {
		return nil, err
	}
	return append(checks,
		lesson.Check{
			Name: "its session, by which a terminal's Ctrl-C and hang-up go", Want: fmt.Sprintf("not ours, %d, nor one with a terminal", own.Session), Got: session(s),
			OK: s.Session != own.Session && s.Terminal == 0, Hint: "it is in a session of ours, and would end with this terminal: setsid",
		},
		lesson.Check{
			Name: "who waits for it: its parent", Want: "not PID 1 of the machine, nor byhand", Got: waiter(s.Parent),
			OK: s.Parent > 1 && s.Parent != os.Getpid(), Hint: "its parent has ended, or is byhand itself: nobody will learn how it ended",
		}), nil
}

// session names a process's session, and whether it has a terminal.
func session(s kernel.Stat) string {
	if s.Terminal == 0 {
		return fmt.Sprint(s.Session)
	}
	return fmt.Sprintf("%d, with a terminal", s.Session)
}

// waiter names a process.
func waiter(pid int) string {
	name, err := kernel.StatusField(pid, "Name")
	if err != nil {
		return "nobody"
	}
	return fmt.Sprintf("process %d, %s", pid, name)
}
