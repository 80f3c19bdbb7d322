package ui

import (
	"fmt"
	"io"
	"strings"

	"byhand/internal/xray"
)

// Sections writes each section's title and its rows, an empty line between two.
func Sections(w io.Writer, t Terminal, sections []xray.Section) error {
	_, err := io.WriteString(w, strings.Join(t.sections(sections), "\n")+"\n")
	return err
}

// sections lays out sections as lines.
func (t Terminal) sections(all []xray.Section) []string {
	var out []string
	for i, s := range all {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, t.lines([]span{{clean(t.say(s.Title)), Strong}}, t.columns())...)
		var rows [][][]span
		for _, r := range s.Rows {
			role := Plain
			switch {
			case r.Warn:
				role = Warn
			case r.Apart:
				role = Strong
			}
			var row [][]span
			for i, cell := range r.Cells {
				if i == 0 {
					cell = t.say(cell) // the others are what the kernel shows
				}
				row = append(row, []span{{clean(cell), role}})
			}
			rows = append(rows, row)
		}
		out = append(out, prefixed("  ", "  ", t.table(rows, t.columns()-2))...)
	}
	return out
}

// Changed returns the lines of now that were not there before, for a reader who
// was told the others already.
func Changed(before, now []string) []string {
	had := map[string]int{}
	for _, line := range before {
		had[line]++
	}
	var changed []string
	for _, line := range now {
		if had[line] > 0 {
			had[line]--
			continue
		}
		changed = append(changed, strings.TrimSpace(line))
	}
	return changed
}

// more is the last line of a picture that did not fit.
func (t Terminal) more(n int) string {
	return t.say(fmt.Sprintf("... and %s below", t.count(n, "line")))
}
