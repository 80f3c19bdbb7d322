package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lessons"
)

// An interruption is a way to end byhand early, and the status it ends with.
type interruption struct {
	name   string
	status int
	do     func(*terminal)
}

func send(s unix.Signal) func(*terminal) {
	return func(x *terminal) { _ = x.command.Process.Signal(s) }
}

var interruptions = []interruption{
	{"Ctrl-C", 130, func(x *terminal) { x.press("\x03") }},
	{"SIGINT", 130, send(unix.SIGINT)},
	{"SIGTERM", 143, send(unix.SIGTERM)},
	{"SIGHUP", 129, send(unix.SIGHUP)},
	{"SIGQUIT", 131, send(unix.SIGQUIT)},
	{"Ctrl-C three times", 130, func(x *terminal) { x.press("\x03\x03\x03") }},
	{closed, 129, func(x *terminal) { x.master.Close() }},
}

// closed takes the terminal away, modes and all.
const closed = "window closed"

// A moment is where in a lesson byhand is interrupted, on a terminal of some
// width; there leads the lesson to it.
type moment struct {
	name    string
	columns int
	reach   func(*terminal)
}

// moments are those of a lesson: before its first step, in each of its steps,
// and in the quiz, both as a menu and, on a narrow terminal, as a line.
func moments(l lesson.Lesson) []moment {
	step := func(n int) func(*terminal) {
		return func(x *terminal) {
			x.readProse()
			for i := 1; i <= n; i++ {
				x.awaitText("press Enter to go on", i)
				x.press("\r")
				x.awaitText(fmt.Sprintf("Step %d of %d", i, len(l.Steps)), 1)
			}
		}
	}
	all := []moment{{"prose", 80, func(x *terminal) { x.awaitText("press Enter to read on", 1) }}}
	for n := range l.Steps {
		all = append(all, moment{fmt.Sprintf("step %d", n+1), 80, step(n + 1)})
	}
	return append(all,
		moment{"menu", 80, func(x *terminal) {
			step(len(l.Steps))(x)
			x.awaitText("Question 1 of", 1)
			x.await("a menu, which reads single keys", func() bool { return x.modes().Lflag&unix.ICANON == 0 })
		}},
		moment{"line", 60, func(x *terminal) {
			step(len(l.Steps))(x)
			x.awaitText("answer, ", 1)
		}})
}

// quick are the lessons that measure nothing, so that they can be run often.
var quick = []string{"chroot", "unshare", "proc-mounts"}

// TestInterrupted ends byhand early at every moment of every lesson, and wants
// the terminal, the machine and the progress as they were. Of a lesson that
// takes seconds, the steps are interrupted once each, in one way after another.
func TestInterrupted(t *testing.T) {
	for _, l := range lessons.Syllabus() {
		slow := !slices.Contains(quick, l.Name)
		if why := lack(t, l); why != "" {
			t.Run(l.Name, func(t *testing.T) { t.Skipf("the lesson can't run here: %s", why) })
			continue
		}
		for n, m := range moments(l) {
			for i, how := range interruptions {
				if (testing.Short() || slow) && i != n%len(interruptions) || slow && !strings.HasPrefix(m.name, "step") {
					continue
				}
				t.Run(strings.Join([]string{l.Name, m.name, how.name}, "/"), func(t *testing.T) {
					t.Parallel()
					interrupt(t, unlocked(t), l.Name, m, how)
				})
			}
		}
	}
}

func interrupt(t *testing.T, home, name string, m moment, how interruption) {
	machine := ownMachine(t)
	c := byhand(t, home, name)
	x := onTerminal(t, 50, m.columns, c)
	before := x.modes()
	m.reach(x)
	bench := benches(x.text())
	how.do(x)
	if got := x.status(10 * time.Second); got != how.status {
		t.Errorf("status %d; want %d; shown: %q", got, how.status, x.end())
	}
	if text := x.end(); strings.Contains(text, "context canceled") {
		t.Errorf("shown: %q; want no Go words for an interruption", text)
	}
	if how.name == closed {
		// It has no modes any more.
	} else if after := x.modes(); after != before {
		t.Errorf("the terminal's modes are %+v; want %+v", after, before)
	}
	if len(bench) != 1 {
		t.Fatalf("benches %q were named; want one; shown: %q", bench, x.end())
	}
	noProcesses(t, home, c.Process.Pid)
	for _, what := range machine.left(t, home, bench...) {
		t.Errorf("left behind: %s", what)
	}
	if got := records(t, home)[name]; got.How == "do" || len(got.Evidence) > 0 || got.Attempts != 1 {
		t.Errorf("the record of %s is %+v; want one attempt and nothing earned", name, got)
	}
}

// TestNobodyReads takes away who reads the output, and wants nothing to be left.
func TestNobodyReads(t *testing.T) {
	for lines := range 4 {
		t.Run(fmt.Sprint("after ", 10*lines, " lines"), func(t *testing.T) {
			t.Parallel()
			home := unlocked(t)
			machine := ownMachine(t)
			c := byhand(t, home, "proc-mounts", "--yes")
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			text := bufio.NewScanner(out)
			for n := 0; n < 10*lines && text.Scan(); n++ {
			}
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait()
			// Under load the lesson may be over before its output is closed.
			if got := c.ProcessState.ExitCode(); got != 128+int(unix.SIGPIPE) && (lines == 0 || got != 0) {
				t.Errorf("status %d (%v); want %d", got, c.ProcessState, 128+int(unix.SIGPIPE))
			}
			noProcesses(t, home, c.Process.Pid)
			for _, what := range machine.left(t, home) {
				t.Errorf("left behind: %s", what)
			}
		})
	}
}

// TestDisturbed stops byhand for a while and changes the window's size in each step
// of a lesson, which goes on as if nothing had been.
func TestDisturbed(t *testing.T) {
	t.Parallel()
	home := unlocked(t)
	machine := ownMachine(t)
	c := byhand(t, home, "chroot")
	x := onTerminal(t, 50, 80, c)
	before := x.modes()
	x.readProse()
	for n := range 3 {
		x.awaitText("press Enter to go on", n+1)
		// What a terminal's Ctrl-Z does, which the leader of a session is spared.
		for _, s := range []unix.Signal{unix.SIGWINCH, unix.SIGSTOP} {
			send(s)(x)
		}
		x.await("that it stands still", func() bool {
			s, err := kernel.ReadStat(c.Process.Pid)
			return err == nil && s.State == "T"
		})
		send(unix.SIGCONT)(x)
		x.press("\r")
		x.awaitText(fmt.Sprintf("Step %d of 3", n+1), 1)
	}
	x.awaitText("Question 1 of", 1)
	send(unix.SIGTERM)(x)
	if got := x.status(10 * time.Second); got != 143 {
		t.Errorf("status %d; want 143; shown: %q", got, x.end())
	}
	if after := x.modes(); after != before {
		t.Errorf("the terminal's modes are %+v; want %+v", after, before)
	}
	noProcesses(t, home, c.Process.Pid)
	for _, what := range machine.left(t, home, benches(x.text())...) {
		t.Errorf("left behind: %s", what)
	}
}

// benches are the directories that a byhand has said its benches are.
func benches(text string) (dirs []string) {
	for line := range strings.Lines(text) {
		if _, dir, found := strings.Cut(strings.TrimSpace(line), "export LAB="); found {
			dirs = append(dirs, strings.TrimSuffix(dir, "\x1b[0m"))
		}
	}
	return dirs
}
