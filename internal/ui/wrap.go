package ui

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// span is a piece of text in one role. A line feed in it ends a line.
type span struct {
	text string
	role Role
}

// plain returns text as a single span.
func plain(text string) []span { return []span{{text: text}} }

// glyph is a rune and the columns it takes: one, two for most of East Asia's,
// none for an accent that joins the rune before it.
type glyph struct {
	text string
	cols int
	role Role
}

func (g glyph) space() bool { return g.text == " " }

// cols returns the number of columns that s takes.
func cols(s string) int { return measure().StringWidth(s) }

// measure returns the rules for the width of characters. Those of ambiguous
// width, box drawings among them, count as one column whatever the locale;
// terminals draw them so unless told not to.
func measure() *runewidth.Condition {
	return &runewidth.Condition{StrictEmojiNeutral: true}
}

// glyphs takes spans apart. A tab becomes a space, since how far it goes
// depends on the column that it ends up in.
func glyphs(spans []span) []glyph {
	var gs []glyph
	for _, s := range spans {
		for _, r := range s.text {
			if r == '\t' {
				r = ' '
			}
			gs = append(gs, glyph{text: string(r), cols: cols(string(r)), role: s.role})
		}
	}
	return gs
}

// wrap breaks text into lines, the first at most first columns wide and the
// others rest: between words where it can, within a word where it must.
// Spaces at a break vanish; all others stay, for they may be evidence.
func wrap(spans []span, first, rest int) [][]glyph {
	var lines [][]glyph
	width := max(first, 1)
	all := split(glyphs(spans))
	// A word that a long mark leaves no room for goes below the mark whole.
	if word := firstWord(all[0]); word > width && word <= rest {
		lines, width = append(lines, nil), rest
	}
	for _, line := range all {
		for {
			n := fit(line, width)
			lines = append(lines, trimRight(line[:n]))
			line, width = trimLeft(line[n:]), max(rest, 1)
			if len(line) == 0 {
				break
			}
		}
	}
	return lines
}

// split cuts text at its line feeds.
func split(gs []glyph) [][]glyph {
	var lines [][]glyph
	from := 0
	for i, g := range gs {
		if g.text == "\n" {
			lines = append(lines, gs[from:i])
			from = i + 1
		}
	}
	return append(lines, gs[from:])
}

// fit returns how many glyphs of a line to put on its first width columns.
func fit(line []glyph, width int) int {
	used := 0
	for n, g := range line {
		if used += g.cols; used > width {
			return lastBreak(line, n)
		}
	}
	return len(line)
}

// firstWord returns the columns that a line's first word takes.
func firstWord(line []glyph) int {
	n := 0
	for _, g := range line {
		if g.space() {
			break
		}
		n += g.cols
	}
	return n
}

// lastBreak returns the last end of a word up to n. If there is none it cuts
// the word, after a separator as in paths and calls where one is not far.
func lastBreak(line []glyph, n int) int {
	for i := n; i > 0; i-- {
		if line[i].space() && !line[i-1].space() {
			return i
		}
	}
	for i := n; i > n/2; i-- {
		if strings.Contains("/,|(", line[i-1].text) {
			return i
		}
	}
	return max(n, 1)
}

func trimRight(gs []glyph) []glyph {
	for len(gs) > 0 && gs[len(gs)-1].space() {
		gs = gs[:len(gs)-1]
	}
	return gs
}

func trimLeft(gs []glyph) []glyph {
	for len(gs) > 0 && gs[0].space() {
		gs = gs[1:]
	}
	return gs
}

// paintLine puts a line together again, neighbours of one role in one go.
func (t Terminal) paintLine(gs []glyph) string {
	var b strings.Builder
	for len(gs) > 0 {
		var run strings.Builder
		n := 0
		for ; n < len(gs) && gs[n].role == gs[0].role; n++ {
			run.WriteString(gs[n].text)
		}
		b.WriteString(t.paint(gs[0].role, run.String()))
		gs = gs[n:]
	}
	return b.String()
}

// lines wraps spans to lines of width columns.
func (t Terminal) lines(spans []span, width int) []string {
	var out []string
	for _, line := range wrap(spans, width, width) {
		out = append(out, t.paintLine(line))
	}
	return out
}

// hang wraps spans to lines of width columns, after a mark on the first line
// and an indent on the others. The result ends in a line feed.
func (t Terminal) hang(width int, mark, indent span, spans []span) string {
	var b strings.Builder
	for i, line := range wrap(spans, width-cols(mark.text), width-cols(indent.text)) {
		before := mark
		if i > 0 {
			before = indent
		}
		if len(line) == 0 {
			before.text = strings.TrimRight(before.text, " ")
		}
		b.WriteString(t.paint(before.role, before.text) + t.paintLine(line) + "\n")
	}
	return b.String()
}

// labelled wraps spans after a word such as "hint: " that stands depth columns
// in; the lines after the first begin below the label's end.
func (t Terminal) labelled(depth int, label span, spans []span) string {
	indent := depth + cols(label.text)
	if t.narrow() {
		indent = depth + 2
	}
	spans = append([]span{label}, spans...)
	blank := strings.Repeat(" ", indent)
	return t.hang(t.prose(), span{text: blank[:depth]}, span{text: blank}, spans)
}
