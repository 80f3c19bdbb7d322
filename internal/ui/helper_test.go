package ui

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"byhand/internal/lesson"
)

// env returns a getenv over pairs such as "TERM=dumb".
func env(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if n, value, _ := strings.Cut(pair, "="); n == name {
				return value
			}
		}
		return ""
	}
}

// record returns a people's screen on a terminal described by t, without
// input, and what it writes.
func record(t Terminal) (*people, *bytes.Buffer) {
	var out bytes.Buffer
	return &people{
		in:   &input{},
		out:  &out,
		look: func() Terminal { return t },
		now:  time.Now,
	}, &out
}

// console is a pseudo-terminal with somebody at it.
type console struct {
	t      *testing.T
	keys   *os.File // what is written here was typed
	screen *os.File // the program's end

	mu    sync.Mutex
	shown bytes.Buffer
}

// newConsole opens a pseudo-terminal and collects what is shown on it.
func newConsole(t *testing.T, rows, columns int) *console {
	t.Helper()
	keys, screen, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	if err := pty.Setsize(screen, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, keys: keys, screen: screen}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, err := keys.Read(buf)
			if err != nil {
				return // EIO, once the other end is closed
			}
			c.mu.Lock()
			c.shown.Write(buf[:n])
			c.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		screen.Close()
		<-done
		keys.Close()
	})
	return c
}

// text returns what was shown up to now.
func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.ReplaceAll(c.shown.String(), "\r\n", "\n")
}

// await waits until ready.
func (c *console) await(what string, ready func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ready(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("waited in vain for %s; shown: %q", what, c.text())
		}
	}
}

// awaitText waits until s is shown.
func (c *console) awaitText(s string) {
	c.t.Helper()
	c.await(s, func() bool { return strings.Contains(c.text(), s) })
}

// awaitMenu waits until a menu reads single keys.
func (c *console) awaitMenu() {
	c.t.Helper()
	c.await("a menu", func() bool { return c.modes().Lflag&unix.ICANON == 0 })
}

// press types keys.
func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := c.keys.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// modes returns the terminal's modes.
func (c *console) modes() unix.Termios {
	c.t.Helper()
	modes, err := unix.IoctlGetTermios(int(c.screen.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return *modes
}

// one is a question with one right answer, the second.
func one() lesson.Question {
	return lesson.Question{
		Key: "pid-1", Ask: "Which process is number 1?",
		Choices: []lesson.Choice{
			{Text: "the shell", Why: "It is the one you see."},
			{Text: "the first in its PID namespace", Right: true},
			{Text: "the kernel", Why: "It came first, and is no process."},
		},
		Explain: "PIDs are counted per namespace.",
	}
}

// two is a question with two right answers, the first and the third.
func two() lesson.Question {
	return lesson.Question{
		Key: "proc-files", Ask: "Which files belong to /proc?",
		Choices: []lesson.Choice{
			{Text: "mounts", Right: true},
			{Text: "fstab", Why: "It lists mounts, too, but nobody needs to obey it."},
			{Text: "self", Right: true},
		},
		Explain: "The kernel makes both up when they are read.",
	}
}

// equal fails the test where got is not want, each line on its own.
func equal(t *testing.T, name, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s =\n%s\nwant\n%s", name, got, want)
	}
}

// resize changes the window's size.
func (c *console) resize(rows, columns int) {
	c.t.Helper()
	if err := pty.Setsize(c.screen, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		c.t.Fatal(err)
	}
}
