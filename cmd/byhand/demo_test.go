package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/mattn/go-runewidth"
	"golang.org/x/sys/unix"

	"byhand/lessons"
)

// present presses the key for the next page until the demo has ended.
func present(x *terminal) {
	x.t.Helper()
	for deadline := time.Now().Add(patience); !x.hasEnded(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			x.t.Fatalf("the demo does not end; shown: %q", x.end())
		}
		_, _ = x.master.WriteString(" ") // it may just have ended
	}
}

// frames are the screens that a demo has drawn, without colours.
func frames(text string) []string {
	_, text, _ = strings.Cut(text, "\x1b[?1049h\x1b[?25l")
	text, _, _ = strings.Cut(text, "\x1b[?1049l")
	return strings.Split(text, "\x1b[H")[1:]
}

// checkFrame wants a screen that fills a terminal and no more: nothing wraps,
// nothing scrolls, and no control character is where it can't be obeyed.
func checkFrame(t *testing.T, frame string, rows, columns int) {
	t.Helper()
	frame, ended := strings.CutSuffix(frame, "\x1b[K\x1b[J")
	lines := strings.Split(frame, "\x1b[K\n")
	if !ended || len(lines) != rows {
		t.Fatalf("a screen of %d lines; want %d, and erased below: %q", len(lines), rows, frame)
	}
	width := runewidth.Condition{StrictEmojiNeutral: true}
	for _, line := range lines {
		bare := escape.ReplaceAllString(line, "")
		if strings.ContainsAny(bare, "\x1b\r\n\t") || width.StringWidth(bare) > columns {
			t.Fatalf("line %q; want at most %d columns and no controls", bare, columns)
		}
	}
}

// TestDemo presents each lesson on two sizes of terminal.
func TestDemo(t *testing.T) {
	for _, l := range lessons.Syllabus() {
		for _, size := range []struct{ rows, columns int }{{24, 80}, {40, 120}} {
			t.Run(fmt.Sprintf("%s/%dx%d", l.Name, size.columns, size.rows), func(t *testing.T) {
				if why := lack(t, l); why != "" {
					t.Skipf("the lesson can't run here: %s", why)
				}
				if testing.Short() && size.rows == 40 {
					t.Skip("the small size is enough for a short test")
				}
				t.Parallel()
				home := filepath.Join(t.TempDir(), "home")
				x := onTerminal(t, size.rows, size.columns, byhand(t, home, l.Name, "--demo"))
				present(x)
				if got := x.status(time.Second); got != 0 {
					t.Fatalf("status %d; want 0; shown: %q", got, x.end())
				}
				text := x.text()
				all := frames(text)
				for _, f := range all {
					checkFrame(t, f, size.rows, size.columns)
				}
				for n := range l.Steps {
					if name := fmt.Sprintf("Step %d of %d: ", n+1, len(l.Steps)); !strings.Contains(text, name) {
						t.Errorf("%d screens, none has %q", len(all), name)
					}
				}
				for _, want := range []string{"HOST sees", "SANDBOX sees", "kernel │", "What the kernel shows", "done: "} {
					if !strings.Contains(text, want) {
						t.Errorf("%d screens, none has %q; the last: %q", len(all), want, x.end())
					}
				}
				if after := x.modes(); after != x.initial {
					t.Errorf("the terminal's modes are %+v; want %+v", after, x.initial)
				}
				nothingLeft(t, home)
			})
		}
	}
}

// nothingLeft wants no bench and no progress in a home.
func nothingLeft(t *testing.T, home string) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(home, "bench*", "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(home, "progress.json")); err == nil {
		t.Error("the demo wrote progress")
	}
}

// TestDemoKeys turns pages back and forth, and leaves in every way there is.
func TestDemoKeys(t *testing.T) {
	for _, how := range []struct {
		interruption
		cleaned bool
	}{
		{interruption{"q", 0, func(x *terminal) { x.press("q") }}, true},
		{interruption{"Ctrl-C", 130, func(x *terminal) { x.press("\x03") }}, true},
		{interruption{"SIGHUP", 129, send(unix.SIGHUP)}, true},
		{interruption{"SIGTERM", 143, send(unix.SIGTERM)}, true},
	} {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			home := filepath.Join(t.TempDir(), "home")
			x := onTerminal(t, 24, 80, byhand(t, home, "chroot", "--demo"))
			x.awaitText("give a process another directory", 1)
			for _, turn := range []struct{ key, shows string }{
				{" ", "What it is"}, {"\x1b[C", "The picture"}, {"\r", "Why it exists"},
				{"b", "The picture"}, {"\x1b[D", "What it is"}, {"x", "What it is"}, {"n", "The picture"}, {" ", "Why it exists"}, {" ", "The world before"},
			} {
				drawn := len(frames(x.text()))
				x.press(turn.key)
				x.await(fmt.Sprintf("%q after key %q", turn.shows, turn.key), func() bool {
					all := frames(x.text())
					return len(all) > drawn && strings.Contains(all[len(all)-1], turn.shows)
				})
			}
			how.do(x)
			if got := x.status(5 * time.Second); got != how.status {
				t.Errorf("status %d; want %d; shown: %q", got, how.status, x.end())
			}
			if !strings.Contains(x.text(), "\x1b[?1049l\x1b[?25h") {
				t.Errorf("the screen was not given back: %q", x.end())
			}
			if after := x.modes(); after != x.initial {
				t.Errorf("the terminal's modes are %+v; want %+v", after, x.initial)
			}
			nothingLeft(t, home)
		})
	}
}

// TestPlainOnTerminal reads a lesson and a demo on a terminal with --plain: no
// cursor moves, nothing is rewritten, and the keys work all the same.
func TestPlainOnTerminal(t *testing.T) {
	t.Parallel()
	home := unlocked(t)
	p := output{name: "--plain"}
	text := transcript(t, home, p, 80, "unshare", "--plain")
	for _, text := range []string{text, plainDemo(t, home)} {
		for line := range strings.Lines(text) {
			if i := strings.IndexFunc(strings.TrimRight(line, "\n"), unicode.IsControl); i >= 0 {
				t.Fatalf("line %q has control character %q; want none", line, line[i])
			}
		}
		for _, want := range []string{"kernel: ", "Step 1 of 2: Start a shell in six new namespaces", "drawing:"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not shown; the last: %q", want, text[max(0, len(text)-500):])
			}
		}
	}
}

func plainDemo(t *testing.T, home string) string {
	t.Helper()
	x := onTerminal(t, 24, 80, byhand(t, home, "unshare", "--demo", "--plain"))
	present(x)
	if got := x.status(time.Second); got != 0 {
		t.Fatalf("status %d; want 0; shown: %q", got, x.end())
	}
	return x.text()
}
