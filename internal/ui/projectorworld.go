package ui

import (
	"slices"
	"strings"

	"byhand/internal/world"
)

// Columns of the picture: what is asked, and between the columns.
const (
	askedWidth = 13
	worldGap   = 2
	// cellLines is how many lines an answer may take.
	cellLines = 2
)

// world draws host and sandbox side by side. What a step has changed has an
// arrow before it, so that it is seen without colour.
func (t Terminal) world(p world.Picture) []string {
	if t.Plain {
		return t.worldInWords(p)
	}
	width := (t.columns() - askedWidth - worldGap) / 2
	key := ""
	if slices.ContainsFunc(p.Rows, func(r world.Row) bool { return r.HostChanged || r.SandboxChanged }) {
		key = "> " + t.say("is changed")
	}
	lines := []string{t.besides(width, key, []string{t.paint(Strong, "  "+t.say("HOST sees"))}, []string{t.paint(Strong, "  "+t.say("SANDBOX sees"))}),
		t.besides(width, "", []string{t.rule(width)}, []string{t.rule(width)})}
	for _, r := range p.Rows {
		host, box := t.cell(r.Host, width, r.HostChanged), t.cell(r.Sandbox, width, r.SandboxChanged)
		for i := range max(len(host), len(box)) {
			what := t.say(r.What)
			if i > 0 {
				what = ""
			}
			lines = append(lines, t.besides(width, what, host[min(i, len(host)):], box[min(i, len(box)):]))
		}
	}
	return lines
}

// besides puts the first lines of two cells beside each other.
func (t Terminal) besides(width int, what string, host, box []string) string {
	first := func(lines []string) string {
		if len(lines) == 0 {
			return ""
		}
		return lines[0]
	}
	line := pad(t.paint(Dim, what), cols(what), askedWidth)
	line += pad(first(host), visible(first(host)), width+worldGap) + first(box)
	return strings.TrimRight(line, " ")
}

func pad(s string, has, width int) string { return s + strings.Repeat(" ", max(width-has, 0)) }

// visible is the number of columns that painted text takes.
func visible(s string) int { return cols(colours.ReplaceAllString(s, "")) }

// cell wraps an answer.
func (t Terminal) cell(text string, width int, changed bool) []string {
	mark, role := "  ", Plain
	if changed {
		mark, role = "> ", Next
	}
	lines := t.lines([]span{{clean(text), role}}, width-2)
	if len(lines) > cellLines {
		lines = append(lines[:cellLines-1:cellLines-1], t.lines([]span{{clean(cut(colours.ReplaceAllString(lines[cellLines-1], "")+" ...", width-2)), role}}, width-2)...)
	}
	return prefixed(t.paint(role, mark), "  ", lines)
}

// worldInWords is the same for a reader who hears one line after the other.
func (t Terminal) worldInWords(p world.Picture) []string {
	var lines []string
	if !p.Stands() {
		lines = append(lines, t.say("there is no sandbox yet"))
	}
	for _, r := range p.Rows {
		line := t.label(r.What) + t.say("on the host") + " " + r.Host
		if r.HostChanged {
			line += ", " + t.say("changed by this step")
		}
		if p.Stands() {
			line += "; " + t.say("in the sandbox") + " " + r.Sandbox
		}
		if r.SandboxChanged {
			line += ", " + t.say("changed by this step, before") + " " + r.Was
		}
		lines = append(lines, t.lines(plain(clean(line)), t.columns())...)
	}
	return lines
}
