package ui

import (
	"fmt"
	"io"
	"strings"
)

// Cell is one entry of a table.
type Cell struct {
	// Text is shown without its control characters.
	Text string
	// Role decides its colour.
	Role Role
}

// Of returns a table's entry in the role r.
func (r Role) Of(text string) Cell { return Cell{Text: text, Role: r} }

const (
	// gap stands between two columns.
	gap = 2
	// minLast is the least width of a last column that is worth wrapping.
	minLast = 20
)

// Columns writes rows with their entries aligned. The last column is wrapped
// to the width of t; where it would be too narrow to read, each row's entries
// stand one below the other.
func Columns(w io.Writer, t Terminal, rows [][]Cell) error {
	var table [][][]span
	for _, row := range rows {
		var r [][]span
		for _, cell := range row {
			r = append(r, []span{{clean(cell.Text), cell.Role}})
		}
		table = append(table, r)
	}
	for _, line := range t.table(table, t.columns()) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// table lays out rows of entries.
func (t Terminal) table(rows [][][]span, width int) []string {
	if t.Plain {
		return t.sentences(rows, width)
	}
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], spanCols(cell))
		}
	}
	if len(widths) == 0 {
		return nil
	}
	before, last := 0, widths[len(widths)-1]
	for _, w := range widths[:len(widths)-1] {
		before += w + gap
	}
	var out []string
	for _, row := range rows {
		if before+min(last, minLast) > width {
			out = append(out, t.stacked(row, width)...)
		} else {
			out = append(out, t.aligned(row, widths, width-before)...)
		}
	}
	return out
}

// aligned lays out one row, its last column wrapped to last columns.
func (t Terminal) aligned(row [][]span, widths []int, last int) []string {
	var b strings.Builder
	indent := 0
	for i, cell := range row {
		if i == len(widths)-1 {
			break
		}
		b.WriteString(t.paintLine(glyphs(cell)))
		b.WriteString(strings.Repeat(" ", widths[i]+gap-spanCols(cell)))
		indent += widths[i] + gap
	}
	if len(row) < len(widths) {
		return []string{strings.TrimRight(b.String(), " ")}
	}
	lines := t.lines(row[len(row)-1], last)
	lines[0] = strings.TrimRight(b.String()+lines[0], " ")
	for i := range lines[1:] {
		lines[i+1] = strings.Repeat(" ", indent) + lines[i+1]
	}
	return lines
}

// stacked lays out one row with its entries below each other.
func (t Terminal) stacked(row [][]span, width int) []string {
	var out []string
	indent := ""
	for _, cell := range row {
		if spanCols(cell) == 0 {
			continue
		}
		for _, line := range t.lines(cell, width-len(indent)) {
			out = append(out, indent+line)
		}
		indent = "  "
	}
	return out
}

// spanCols returns the columns that spans take on one line.
func spanCols(spans []span) int {
	n := 0
	for _, s := range spans {
		n += cols(s.text)
	}
	return n
}
