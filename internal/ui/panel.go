package ui

import (
	"fmt"
	"strings"

	"byhand/internal/guide"
	"byhand/internal/lesson"
)

// panelLines are the rows of the panel: the step, how many of its checks have
// come true and the latest of them with its evidence, and what is missing.
func (t Terminal) panelLines(s guide.State, width, rows int) []string {
	t.Width = width
	title := t.label(fmt.Sprintf("step %d of %d", s.Header.Number, s.Header.Total)) + t.lesson(s.Header.Title)
	if s.Done {
		title = t.say("all steps are made: quit goes on to the questions")
	}
	title = fmt.Sprintf(" byhand %s %s %s ", s.Lesson, t.bar(), title)
	first := t.rule(2) + title
	if n := width - cols(first); n > 0 {
		first += t.rule(n)
	}
	lines := t.lines([]span{{first, Strong}}, width)[:1]
	if !s.Done {
		lines = append(lines, t.progressLines(s.Checks, width)...)
	}
	for len(lines) < rows-1 {
		lines = append(lines, "")
	}
	last := t.lines([]span{{"task  hint  skip  quit", Dim}}, width)[0]
	return append(lines[:rows-1], last)
}

// progressLines show one step's checks.
func (t Terminal) progressLines(checks []lesson.Check, width int) []string {
	if len(checks) == 0 {
		return t.lines([]span{{t.say("the kernel is being read"), Dim}}, width)
	}
	var passed []lesson.Check
	var first *lesson.Check
	for i, c := range checks {
		if c.OK {
			passed = append(passed, c)
		} else if first == nil {
			first = &checks[i]
		}
	}
	text := []span{{t.say(fmt.Sprintf("%d of %d checks", len(passed), len(checks))), Strong}}
	if len(passed) > 0 {
		c := passed[len(passed)-1]
		text = append(text, span{"  " + t.say("ok") + " ", Done}, span{clean(c.Name) + ": " + clean(c.Got), Plain})
	}
	lines := t.lines(text, width)[:1]
	if first != nil {
		lines = append(lines, t.lines([]span{{"-- ", Warn}, {clean(first.Name) + ": " + clean(first.Got), Plain}}, width)[:1]...)
		lines = append(lines, t.lines([]span{{"   ", Plain}, {strings.TrimSpace(clean(t.say(first.Hint))), Dim}}, width)...)
	}
	return lines
}
