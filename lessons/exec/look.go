package exec

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// sights are the commands: with nothing but what the shell does itself.
const sights = `read -r name </proc/sys/kernel/hostname; echo "hostname: $name"; echo "pid: $$"; cd /; echo "root:" *; cd /proc; echo "processes:" [0-9]*; cd /; echo end`

// The files of what is seen, in the root and in the bench's directory.
const (
	seenInside  = "seen-inside"
	seenOutside = "seen-outside"
)

func lookShell(*bench.Bench) string {
	return `cat >"$LAB/exec.in" <<'END'
{ ` + sights + `; } >/` + seenInside + `
END
sh -c '` + sights + `' >"$LAB/` + seenOutside + `"
until grep -q '^end' "$LAB/rootfs/` + seenInside + `" 2>/dev/null; do sleep 0.1; done
`
}

// look tells the second shell what to do, and has the same done outside.
func look(ctx context.Context, b *bench.Bench) error {
	if err := b.Trace.WriteFile(b.Path("exec.in"), "{ "+sights+"; } >/"+seenInside+"\n"); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "/bin/sh", "-c", sights).Output()
	if err != nil {
		return fmt.Errorf("look around outside: %w", err)
	}
	return os.WriteFile(b.Path(seenOutside), out, 0o644)
}

// sight is what one of the shells has seen.
type sight struct{ hostname, pid, root, processes string }

func read(path string) sight {
	text, _ := os.ReadFile(path)
	line := func(name string) string {
		for l := range strings.Lines(string(text)) {
			if rest, found := strings.CutPrefix(l, name+": "); found {
				return strings.TrimSpace(rest)
			}
		}
		return "nothing"
	}
	return sight{line("hostname"), line("pid"), line("root"), line("processes")}
}

func looked(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	in, out := read(b.Path("rootfs", seenInside)), read(b.Path(seenOutside))
	names, err := filepath.Glob(filepath.Join(b.Root(), "*"))
	if err != nil {
		return nil, err
	}
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	want := sorted(strings.Join(names, " "))
	processes := strings.Fields(in.processes)
	listed := slices.Contains(processes, "1") && slices.Contains(processes, in.pid) && len(processes) < 10
	const hint = "the second shell was not told to look, or looked from outside of the container"
	return []lesson.Check{
		lesson.Equal("inside, the host name", hostname, in.hostname, hint),
		{Name: "inside, its own number", Want: "a number, not 1", Got: in.pid, OK: in.pid != "1" && in.pid != "nothing", Hint: hint},
		lesson.Equal("inside, the names in /", want, sorted(in.root), hint),
		{Name: "inside, the processes in /proc", Want: "1, its own, and few more", Got: in.processes, OK: listed, Hint: hint},
		{Name: "outside, the host name", Want: "not " + hostname, Got: out.hostname, OK: out.hostname != hostname && out.hostname != "nothing", Control: true, Hint: "the same was not done outside, for comparison"},
		{Name: "outside, the names in /", Want: "not those of the container's root", Got: sorted(out.root), OK: sorted(out.root) != want, Control: true, Hint: "the root is not another one: this proves nothing"},
		{Name: "outside, its own number among the processes in /proc", Want: "listed, with others", Got: among(out), OK: among(out) == "listed, with others", Control: true, Hint: "the same was not done outside, for comparison"},
	}, nil
}

func among(s sight) string {
	list := strings.Fields(s.processes)
	if slices.Contains(list, s.pid) && len(list) > 1 {
		return "listed, with others"
	}
	return "not listed"
}

func sorted(names string) string {
	list := strings.Fields(names)
	slices.Sort(list)
	return strings.Join(list, " ")
}

const leaveShell = `echo exit >"$LAB/exec.in"
while kill -0 "$(cat "$LAB/exec.pid")" 2>/dev/null; do sleep 0.1; done
`

// leave has the second shell end, as a command does that is done.
func leave(ctx context.Context, b *bench.Bench) error {
	if err := b.Trace.WriteFile(b.Path("exec.in"), "exit\n"); err != nil {
		return err
	}
	for {
		if _, err := sandbox.GuestPID(b); err != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

func left(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	second := "has ended"
	if _, err := os.Stat(b.Path("exec.pid")); err != nil && b.Subject == nil {
		second = "was never started"
	} else if pid, err := sandbox.GuestPID(b); err == nil {
		second = fmt.Sprintf("lives: %d", pid)
	}
	first, alive := "has ended", "none"
	if pid, err := sandbox.PID(b); err == nil {
		first = "lives"
		if s, err := kernel.ReadStatus(pid); err == nil && len(s.NSpid) > 0 {
			alive = strconv.Itoa(s.NSpid[len(s.NSpid)-1])
		}
	}
	return []lesson.Check{
		lesson.Equal("the second process", "has ended", second, "the second shell still waits for commands: echo exit >\"$LAB/exec.in\""),
		lesson.Equal("the container's first process", "lives", first, "the container has ended: its first process was ended, and took the second along"),
		lesson.Equal("its number inside (NSpid)", "1", alive, "it is not the first process of its pid namespace"),
	}, nil
}
