package ui

import (
	"regexp"
	"strings"
)

// sentences is a table for a reader who hears it: each row a line, its entries
// one after the other.
func (t Terminal) sentences(rows [][][]span, width int) []string {
	var out []string
	for _, row := range rows {
		var line []span
		for _, cell := range row {
			if spanCols(cell) == 0 {
				continue
			}
			if line != nil {
				line = append(line, span{text: ", "})
			}
			line = append(line, cell...)
		}
		out = append(out, t.lines(line, width)...)
	}
	return out
}

// ruled underlines a heading's lines, for who sees them.
func (t Terminal) ruled(lines []string, n int) []string {
	if t.Plain {
		return lines
	}
	return append(lines, t.rule(n))
}

// What drawings are made of, in ASCII.
var (
	arrows = []struct {
		drawn *regexp.Regexp
		said  string
	}{
		{regexp.MustCompile(`<[-=]+>`), "and"},
		{regexp.MustCompile(`[-=]+>`), "to"},
		{regexp.MustCompile(`<[-=]+`), "from"},
	}
	strokes = regexp.MustCompile(`[-=_]{2,}|[+|\\]+(?: |$)|(?:^| )[+|\\^]+|\+-+`)
	gaps    = regexp.MustCompile(` {2,}`)
)

// drawingInWords is a drawing without its lines: what is written in it, a line
// after the other.
func (t Terminal) drawingInWords(drawing []string) []string {
	out := []string{t.say("drawing:")}
	for _, line := range drawing {
		for _, a := range arrows {
			line = a.drawn.ReplaceAllString(line, a.said)
		}
		line = strings.TrimSpace(strokes.ReplaceAllString(line, "  "))
		if line = gaps.ReplaceAllString(line, ", "); line != "" {
			out = append(out, t.lines(plain(line), t.prose())...)
		}
	}
	return append(out, t.say("end of the drawing"))
}
