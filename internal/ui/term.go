package ui

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

const (
	// defaultWidth is a line's columns where nothing else says.
	defaultWidth = 80
	// defaultHeight is a page's lines where nothing else says.
	defaultHeight = 24
	// proseWidth is the longest line that is still easy to read.
	proseWidth = 100
	// narrow is the width below which indents shrink.
	narrow = 40
	// minWidth still holds the kernel's mark and one character.
	minWidth = 10
)

// Terminal describes one output: what may be written to it. Its zero value
// is a plain file, 80 columns wide.
type Terminal struct {
	// Colour allows colours: a terminal, TERM not dumb, NO_COLOR not set.
	Colour bool
	// Unicode allows box characters: a terminal in a UTF-8 locale.
	Unicode bool
	// Live allows the cursor to be moved: a terminal, TERM not dumb.
	Live bool
	// Interactive is a terminal to read from besides, both of them not dumb.
	Interactive bool
	// Plain asks for what a screen reader can follow: one thing after another,
	// nothing drawn, nothing rewritten. It is for a terminal or for a file.
	Plain bool
	// Width is the length of a line in columns; 0 is 80.
	Width int
	// Height is the number of lines; 0 is unknown or endless.
	Height int

	// language is the reader's; nil is English.
	language Language
}

// PlainVariable is the environment variable that asks for Terminal.Plain
// whatever the command, as --plain does.
const PlainVariable = "BYHAND_PLAIN"

// Look describes the output out for somebody who answers on in; a nil getenv
// is os.Getenv.
func Look(in *os.File, out io.Writer, getenv func(string) string) Terminal {
	if getenv == nil {
		getenv = os.Getenv
	}
	var t Terminal
	if isTerminal(out) {
		t.Live = getenv("TERM") != "dumb"
		t.Interactive = t.Live && isTerminal(in)
		// These are fatih/color's rules, which it applies to standard output only.
		t.Colour = t.Live && getenv("NO_COLOR") == ""
		t.Unicode = isUTF8(getenv)
		// A serial line has no size and reports 0 by 0, without an error.
		if w, h, err := term.GetSize(fd(out)); err == nil {
			t.Width, t.Height = w, h
		}
	}
	if getenv(PlainVariable) != "" {
		t.Plain, t.Live, t.Colour, t.Unicode = true, false, false, false
	}
	if t.Width <= 0 {
		t.Width, _ = strconv.Atoi(getenv("COLUMNS"))
	}
	if t.Width <= 0 {
		t.Width = defaultWidth
	}
	return t
}

// columns is the length of a line, never too short for the voices' marks.
func (t Terminal) columns() int {
	if t.Width <= 0 {
		return defaultWidth
	}
	return max(t.Width, minWidth)
}

// prose is the length of a line of running text.
func (t Terminal) prose() int { return min(t.columns(), proseWidth) }

// narrow reports whether indents must shrink.
func (t Terminal) narrow() bool { return t.columns() < narrow }

// bar returns the line between a voice's name and its words.
func (t Terminal) bar() string {
	if t.Unicode {
		return "│"
	}
	return "|"
}

// rule returns a horizontal line of n columns.
func (t Terminal) rule(n int) string {
	if t.Unicode {
		return strings.Repeat("─", n)
	}
	return strings.Repeat("-", n)
}

// isTerminal reports whether f is a file that is a terminal.
func isTerminal(f any) bool { return fd(f) >= 0 && term.IsTerminal(fd(f)) }

// fd returns the descriptor of an *os.File, -1 for anything else.
func fd(f any) int {
	file, ok := f.(*os.File)
	if !ok || file == nil {
		return -1
	}
	return int(file.Fd())
}

// isUTF8 reports whether the locale's character set is UTF-8. Of the three
// variables the first that is not empty decides; see locale(7).
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(getenv(name)); value != "" {
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}
