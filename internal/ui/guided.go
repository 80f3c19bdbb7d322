package ui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"byhand/internal/guide"
	"byhand/internal/runner"
	"byhand/lab/pty"
)

const (
	// panelRows is the height of the panel below the shell.
	panelRows = 7
	// panelFrom is the least height of a terminal that has room for one.
	panelFrom = 16
	// idle is for how long a program must have written nothing before
	// something is said in between.
	idle = 400 * time.Millisecond
)

// Guided is the terminal that a person's own shell has for a while, with a
// panel of byhand's at the bottom. The rows above are a scrolling region of
// which the shell knows nothing: it is told that the terminal ends there, so
// that every cursor address stays right. Programs that show the alternate
// screen, as less, vi and htop do, get the whole terminal meanwhile.
//
// Where the cursor can't be moved there is no panel: what it would say is
// printed between the prompts.
type Guided struct {
	in    *os.File
	out   *os.File
	keys  *input
	plain bool
	// language is the reader's; nil is English.
	language Language

	mu       sync.Mutex
	modes    *term.State
	seen     sequences
	rows     int // the terminal's
	columns  int
	state    guide.State
	changed  bool
	wroteAt  time.Time
	lastByte byte
}

// NewGuided makes one of a terminal. There is no panel where Look says that
// the cursor is not to be moved: for TERM=dumb, --plain and BYHAND_PLAIN.
// The reader's language may be nil, which is English.
func NewGuided(in, out *os.File, l Language) *Guided {
	return &Guided{in: in, out: out, language: l, keys: &input{file: in}, plain: !Look(in, out, nil).Live}
}

// IsTerminal reports whether both are one, as a guided shell needs.
func IsTerminal(in, out *os.File) bool { return isTerminal(in) && isTerminal(out) }

// Open takes the terminal: its keys go to the shell as they are.
func (g *Guided) Open() (pty.Size, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	modes, err := term.MakeRaw(fd(g.in))
	if err != nil {
		return pty.Size{}, fmt.Errorf("take the terminal: %w", err)
	}
	g.modes = modes
	g.measure()
	g.makeRoom()
	return g.size(), nil
}

// measure asks for the terminal's size.
func (g *Guided) measure() {
	g.columns, g.rows, _ = term.GetSize(fd(g.out))
}

// panel reports whether there is one now.
func (g *Guided) panel() bool {
	return !g.plain && g.rows >= panelFrom && g.columns >= narrow && !g.seen.alternate
}

// size is the shell's.
func (g *Guided) size() pty.Size {
	rows := g.rows
	if g.panel() {
		rows -= panelRows
	}
	return pty.Size{Rows: uint16(rows), Columns: uint16(g.columns)}
}

// makeRoom scrolls up by the panel's rows, puts the cursor above them, and
// bounds the scrolling. DECSTBM moves the cursor, so it is kept.
func (g *Guided) makeRoom() {
	if !g.panel() {
		return
	}
	g.write(strings.Repeat("\n", panelRows) + fmt.Sprintf("\x1b[%dA", panelRows) + "\r")
	g.bound()
}

// bound keeps scrolling out of the panel.
func (g *Guided) bound() {
	g.write(fmt.Sprintf("\x1b7\x1b[1;%dr\x1b8", g.rows-panelRows))
	g.changed = true
}

// Keys waits for what is typed.
func (g *Guided) Keys(ctx context.Context) ([]byte, error) {
	if err := g.keys.more(ctx); err != nil {
		return nil, err
	}
	keys := g.keys.pending
	g.keys.pending = nil
	return keys, nil
}

// Program shows what the shell and its commands write.
func (g *Guided) Program(text []byte) pty.Size {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.seen.alternate
	g.seen.read(text)
	g.write(string(text))
	g.wroteAt, g.lastByte = time.Now(), text[len(text)-1]
	switch {
	case g.seen.alternate && !was && !g.plain:
		g.write("\x1b7\x1b[r\x1b8") // all of the screen is the program's
	case was && !g.seen.alternate && g.panel(), g.seen.reset && g.panel():
		g.bound()
	}
	g.changed = g.changed || g.seen.erased
	g.seen.erased, g.seen.reset = false, false
	g.draw()
	return g.size()
}

// Resized looks at the size again and draws the panel where it is now.
func (g *Guided) Resized() pty.Size {
	g.mu.Lock()
	defer g.mu.Unlock()
	had := g.panel()
	if had {
		// The old panel may now be anywhere: what is below the cursor goes.
		g.write("\x1b7\x1b[r\x1b8\x1b[J")
	}
	g.measure()
	g.makeRoom()
	g.draw()
	return g.size()
}

// Watch shows how far the step is.
func (g *Guided) Watch(s guide.State) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.state, g.changed = s, true
	g.draw()
}

// draw draws the panel where it has to be and may be drawn now.
func (g *Guided) draw() {
	if !g.changed || !g.panel() || !g.seen.quiet() || g.modes == nil {
		return
	}
	g.changed = false
	t := Look(g.in, g.out, nil).In(g.language)
	var b strings.Builder
	b.WriteString("\x1b7")
	for i, line := range t.panelLines(g.state, g.columns, panelRows) {
		fmt.Fprintf(&b, "\x1b[%d;1H\x1b[0m\x1b[K%s", g.rows-panelRows+1+i, line)
	}
	b.WriteString("\x1b[0m\x1b8")
	g.write(b.String())
}

// Aside shows a text where there is no panel and nobody writes.
func (g *Guided) Aside(text string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.panel() || g.seen.alternate || !g.seen.quiet() || time.Since(g.wroteAt) < idle {
		return false
	}
	if g.lastByte != '\n' {
		text = "\n" + text
	}
	g.lastByte = '\n'
	// The terminal is raw: a line feed is no carriage return.
	g.write(strings.ReplaceAll(text, "\n", "\r\n"))
	return true
}

// Text renders what f shows, for this terminal.
func (g *Guided) Text(f func(runner.Screen)) string {
	var text bytes.Buffer
	p := &people{in: g.keys, out: &text, err: io.Discard, now: time.Now, look: func() Terminal {
		t := Look(g.in, g.out, nil).In(g.language)
		t.Live = false // no line is drawn over
		return t
	}}
	f(p)
	return text.String()
}

// Close gives the terminal back: no panel, no margins, the modes as before.
func (g *Guided) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.modes == nil {
		return
	}
	if !g.plain {
		if g.seen.alternate {
			g.write("\x1b[?1049l")
		}
		// DECSTBM takes the cursor to the top; the panel's rows are emptied.
		g.seen.alternate = false
		g.write("\x1b7\x1b[r\x1b8")
		if g.panel() {
			g.write(fmt.Sprintf("\x1b7\x1b[%d;1H\x1b[J\x1b8", g.rows-panelRows+1))
		}
		g.write("\x1b[0m\x1b[?25h")
	}
	if g.lastByte != '\n' {
		g.write("\r\n")
	}
	_ = term.Restore(fd(g.in), g.modes)
	g.modes = nil
}

// write writes all of it; where the terminal is gone nobody is left to tell.
func (g *Guided) write(text string) {
	for b := []byte(text); len(b) > 0; {
		n, err := unix.Write(fd(g.out), b)
		if err == unix.EINTR || err == unix.EAGAIN {
			continue
		}
		if err != nil || n <= 0 {
			return
		}
		b = b[n:]
	}
}
