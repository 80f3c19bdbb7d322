package attach

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// question is what both containers are told, and its two answers.
const (
	question = `tty; if test -t 0; then echo "I am on a terminal"; else echo "I am on none"; fi`
	yes      = "I am on a terminal\n"
	no       = "I am on none\n"
)

const askShell = `cat >"$LAB/in" <<'END'
` + question + `
END
cat >"$LAB/pipe/in" <<'END'
` + question + `
END
until grep -q '^I am on' "$LAB/out" && grep -q '^I am on' "$LAB/pipe/out"; do sleep 0.1; done
# docker logs box
cat "$LAB/out"
`

// ask types the same for both containers, and waits for what they print.
func ask(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, question); err != nil {
		return err
	}
	if err := piped(b).Say(b.Trace, question); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { return answer(b.Path("out")) != "nothing" && answer(b.Path("pipe", "out")) != "nothing" })
}

// answer finds the answer in a log; the question, which a terminal shows as it
// is typed, is no line of its own.
func answer(log string) string {
	shown := "\n" + text(log)
	switch {
	case strings.Contains(shown, "\n"+yes):
		return "a terminal"
	case strings.Contains(shown, "\n"+no):
		return "none"
	}
	return "nothing"
}

func asked(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	checks := []lesson.Check{lesson.Equal("what it says in the log that it is on", "a terminal", answer(b.Path("out")), "nobody asked it, it is on no terminal, or nobody writes down what it shows: cat "+b.Path("out"))}
	if b.Subject != nil {
		return checks, nil
	}
	got := answer(b.Path("pipe", "out"))
	return append(checks, lesson.Check{Name: "what the one on a pipe says", Want: "none", Got: got, OK: got == "none", Control: true, Hint: "it was not asked, for comparison"}), nil
}

// The size that the terminal gets.
const (
	rows    = 33
	columns = 99
)

// watcher waits inside for SIGWINCH, and writes down the size that it finds.
const watcher = `sh -c 'trap "stty size >/size" WINCH; echo >/ready; until [ -s /size ]; do sleep 0.1; done'`

var resizeShell = `echo ` + quoted(watcher) + ` >"$LAB/in"
until [ -s "$LAB/rootfs/ready" ]; do sleep 0.1; done
terminal=$(readlink "/proc/$(cat "$LAB/pid")/fd/0")
stty -F "$terminal" ` + fmt.Sprintf("rows %d cols %d", rows, columns) + `
until [ -s "$LAB/rootfs/size" ]; do sleep 0.1; done
`

// quoted is a text as one word of bash, which has single quotes itself.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// resize has somebody wait inside, and tells the terminal another size.
func resize(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, watcher); err != nil {
		return err
	}
	if err := steps.Until(ctx, func() bool { return text(b.Path("rootfs", "ready")) != "" }); err != nil {
		return err
	}
	pid, err := sandbox.PID(b)
	if err != nil {
		return err
	}
	terminal, err := b.Trace.Readlink(fmt.Sprintf("/proc/%d/fd/0", pid))
	if err != nil {
		return err
	}
	// The size is the pair's: who has the master says it there, and it is the same.
	fd, err := b.Trace.Open(terminal, unix.O_RDWR|unix.O_NOCTTY)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	if err := b.Trace.WindowSize(fd, rows, columns); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool { return line(b.Path("rootfs", "size")) != "nothing" })
}

func resized(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	want := fmt.Sprintf("%d %d", rows, columns)
	checks := []lesson.Check{
		lesson.Equal("the terminal's rows and columns (TIOCGWINSZ)", want, sizeOf(pid), "it was told no size, or another one"),
		lesson.Equal("what stty size, called on SIGWINCH, said inside", want, line(b.Path("rootfs", "size")), "nobody inside was told, or nobody there waited for SIGWINCH"),
	}
	if b.Subject != nil {
		return checks, nil
	}
	got := sizeOf(pipedPID(b))
	return append(checks, lesson.Check{Name: "the size of the other one's pipe", Want: unix.ENOTTY.Error(), Got: got, OK: got == unix.ENOTTY.Error(), Control: true, Hint: "it has a terminal, too: there is nothing to compare with"}), nil
}

// sizeOf is the size of what a process reads, or why it has none.
func sizeOf(pid int) string {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/fd/0", pid), unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = unix.Close(fd) }()
	size, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %d", size.Row, size.Col)
}

// What is typed by the one who is attached, and what comes of it.
const (
	greeting = `echo "typed from outside, read by PID $$"`
	greeted  = "read by PID 1\n"
)

const attachShell = `# docker attach box
from=$(($(wc -c <"$LAB/out") + 1))
tail -c "+$from" -f "$LAB/out" >"$LAB/attached" &
echo '` + greeting + `' >"$LAB/in"
until tr -d '\r' <"$LAB/attached" | grep -q 'read by PID 1$'; do sleep 0.1; done
# ctrl-p ctrl-q
kill $!
`

// attach reads what the terminal shows from now on, types something, and leaves.
func attach(ctx context.Context, b *bench.Bench) error {
	out, err := os.Open(b.Path("out"))
	if err != nil {
		return err
	}
	defer out.Close()
	// What was shown before is for docker logs.
	if _, err := out.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	seen, err := os.Create(b.Path("attached"))
	if err != nil {
		return err
	}
	defer seen.Close()
	if err := sandbox.Say(b, greeting); err != nil {
		return err
	}
	return steps.Until(ctx, func() bool {
		_, err := io.Copy(seen, out)
		return err != nil || strings.Contains(text(seen.Name()), greeted)
	})
}

func attached(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	seen, log := text(b.Path("attached")), text(b.Path("out"))
	s, err := kernel.ReadStat(pid)
	if err != nil {
		return nil, err
	}
	return []lesson.Check{
		lesson.Equal("the answer, with who was attached", "there", within(seen, greeted), "nobody was attached, or it was not the container that answered: it would be PID 1"),
		lesson.Equal("the answer, in the log", "there", within(log, greeted), "it was not read from the container's terminal"),
		lesson.Equal("what was shown before, with who was attached", "not there", within(seen, yes), "it was read from the beginning: that is docker logs"),
		{Name: "what was shown before, in the log", Want: "there", Got: within(log, yes), OK: within(log, yes) == "there", Control: true, Hint: "the log was not kept"},
		lesson.Equal("the container's terminal, after that", fmt.Sprintf("%d, its own", s.Group), foreground(s), "its shell has lost its terminal"),
	}, nil
}

// within says whether a text has a line's end in it.
func within(text, part string) string {
	if strings.Contains(text, part) {
		return "there"
	}
	return "not there"
}
