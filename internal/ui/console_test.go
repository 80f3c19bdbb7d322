package ui

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"byhand/internal/lesson"
)

// answered is what Ask or Pause returned.
type answered struct {
	picks []int
	err   error
}

// sit returns a screen on a console.
func sit(c *console, vars ...string) Screen {
	return New(Options{In: c.screen, Out: c.screen, Err: c.screen, Getenv: env(append(vars, "TERM=xterm")...)})
}

// ask puts a question in the background.
func ask(ctx context.Context, s Screen, q lesson.Question) chan answered {
	done := make(chan answered, 1)
	go func() {
		picks, err := s.Ask(ctx, 1, 8, q)
		done <- answered{picks, err}
	}()
	return done
}

const (
	up   = "\x1b[A"
	down = "\x1b[B"
)

func TestMenu(t *testing.T) {
	for _, tt := range []struct {
		name string
		q    lesson.Question
		keys string
		want []int
	}{
		{"arrows", one(), down + "\r", []int{1}},
		{"round the top", one(), up + "\r", []int{2}},
		{"application keypad", one(), "\x1bOB\r", []int{1}},
		{"number", one(), "3\r", []int{2}},
		{"number of no choice", one(), "7\r\x7f2\r", []int{1}},
		{"text", one(), "kernel\r", []int{2}},
		{"other keys", one(), "\x1b\x1bOP\x1b[15~\x1b[1;5A\x1b[C" + down + "\r", []int{1}},
		{"mark two", two(), " " + down + down + " \r", []int{0, 2}},
		{"none marked at first", two(), "\r \r", []int{0}},
		{"marks by number", two(), "3 1 \r", []int{0, 2}},
		{"no match, and arrows", two(), "zz" + up + " \r", []int{2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, 24, 80)
			before := c.modes()
			done := ask(t.Context(), sit(c), tt.q)
			c.awaitMenu()
			c.press(tt.keys)
			if got := <-done; got.err != nil || !slices.Equal(got.picks, tt.want) {
				t.Errorf("Ask after the keys %q = %v, %v; want %v", tt.keys, got.picks, got.err, tt.want)
			}
			if after := c.modes(); after != before {
				t.Errorf("modes after the menu: %+v; want %+v", after, before)
			}
		})
	}
}

func TestMenuInterrupted(t *testing.T) {
	for _, tt := range []struct {
		name, keys string
		want       error
	}{
		{"Ctrl-C", down + "\x03", context.Canceled},
		{"Ctrl-D", down + "\x04", ErrNoAnswer},
		{"context", "", context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, 24, 80)
			before := c.modes()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := ask(ctx, sit(c), one())
			c.awaitMenu()
			if tt.keys == "" {
				cancel()
			} else {
				c.press(tt.keys)
			}
			if got := <-done; !errors.Is(got.err, tt.want) {
				t.Errorf("Ask = %v, %v; want %v", got.picks, got.err, tt.want)
			}
			if after := c.modes(); after != before {
				t.Errorf("modes after it: %+v; want %+v", after, before)
			}
			c.await("the cursor", func() bool {
				return strings.LastIndex(c.text(), showCursor) > strings.LastIndex(c.text(), "\x1b[?25l")
			})
		})
	}
}

// Keys pressed ahead of the next question are not lost.
func TestMenuTypedAhead(t *testing.T) {
	c := newConsole(t, 24, 80)
	s := sit(c)
	done := ask(t.Context(), s, one())
	c.awaitMenu()
	c.press("2\r3\r")
	for _, want := range []int{1, 2} {
		if got := <-done; got.err != nil || !slices.Equal(got.picks, []int{want}) {
			t.Errorf("Ask = %v, %v; want [%d]", got.picks, got.err, want)
		}
		if want == 1 {
			done = ask(t.Context(), s, one())
		}
	}
}

func TestMenuColour(t *testing.T) {
	for _, tt := range []struct {
		env  string
		want bool
	}{{"NO_COLOR=", true}, {"NO_COLOR=1", false}} {
		c := newConsole(t, 24, 80)
		done := ask(t.Context(), sit(c, tt.env), one())
		c.awaitMenu()
		c.press("\r")
		<-done
		c.awaitText("answer:")
		if !tt.want && colours.MatchString(c.text()) {
			t.Errorf("%s: colours are shown: %q", tt.env, c.text())
		}
		if tt.want && (os.Getenv("NO_COLOR") != "" || os.Getenv("CLICOLOR") == "0") {
			t.Log("the environment of this test forbids survey its colours")
			continue
		}
		// survey's own colour for its instructions
		if got := strings.Contains(c.text(), "\x1b[36m[Use"); got != tt.want {
			t.Errorf("%s: colours in the menu: %v; want %v", tt.env, got, tt.want)
		}
	}
}

// Where a menu has no room, the choices are answered by their numbers.
func TestNoRoomForAMenu(t *testing.T) {
	for _, tt := range []struct {
		name          string
		rows, columns int
		env           string
	}{
		{"narrow", 24, 40, ""}, {"low", 6, 80, ""}, {"no size", 0, 0, ""}, {"dumb", 24, 80, "TERM=dumb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, tt.rows, tt.columns)
			done := ask(t.Context(), sit(c, tt.env, "NO_COLOR=1"), one())
			c.awaitText("from 1 to 3: ")
			c.press("2\r")
			if got := <-done; got.err != nil || !slices.Equal(got.picks, []int{1}) {
				t.Errorf("Ask = %v, %v; want [1]", got.picks, got.err)
			}
			c.awaitText("from 1 to 3: 2\n")
			if strings.Contains(c.text(), "arrows") {
				t.Errorf("a menu is shown: %q", c.text())
			}
		})
	}
}

func TestPause(t *testing.T) {
	for _, tt := range []struct {
		name, keys string
		want       error
	}{
		{"Enter", "\r", nil},
		{"words", "go on\r", nil},
		{"Ctrl-D", "\x04", ErrNoAnswer},
		{"context", "", context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t, 24, 80)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := sit(c, "NO_COLOR=1")
			done := make(chan error, 1)
			go func() { done <- s.Pause(ctx, "") }()
			c.awaitText("press Enter to go on ")
			select {
			case err := <-done:
				t.Fatalf("Pause = %v before any key", err)
			default:
			}
			if tt.keys == "" {
				cancel()
			} else {
				c.press(tt.keys)
			}
			if err := <-done; !errors.Is(err, tt.want) {
				t.Errorf("Pause = %v; want %v", err, tt.want)
			}
			s.Note("on")
			c.awaitText("\n\nnote: on\n")
		})
	}
}

func TestGuard(t *testing.T) {
	c := newConsole(t, 24, 80)
	g := Remember(c.screen, c.screen, env())
	before := c.modes()
	ctx, cancel := context.WithCancel(t.Context())
	done := ask(ctx, sit(c), one())
	c.awaitMenu()
	// As when a signal ends the program in the middle of a menu.
	g.Restore()
	if after := c.modes(); after != before {
		t.Errorf("modes after Restore: %+v; want %+v", after, before)
	}
	c.await("the cursor", func() bool {
		return strings.LastIndex(c.text(), showCursor) > strings.LastIndex(c.text(), "\x1b[?25l")
	})
	cancel()
	<-done
	g.Restore()
	if after := c.modes(); after != before {
		t.Errorf("modes after a second Restore: %+v; want %+v", after, before)
	}

	p, r, out := pipe(t, "")
	Remember(r, p.out, env()).Restore()
	if out.Len() > 0 {
		t.Errorf("Restore wrote %q into a pipe; want nothing", out)
	}
	Remember(nil, nil, env()).Restore()
}
