package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"byhand/internal/progress"
)

// Markdown writes the report to be read, and at its end as data, so that it can
// be verified and put into a class's table.
func (r Report) Markdown() (string, error) {
	var b strings.Builder
	t := r.Totals()
	fmt.Fprintf(&b, "# byhand: report of %s\n\n", text(r.Learner))
	fmt.Fprintf(&b, "Made %s by byhand %s on Linux %s (%s, %d CPUs, cgroups %s).\n\n", r.Made.Format("2006-01-02 15:04 MST"),
		text(r.Byhand), text(r.Machine.Kernel), text(r.Machine.Arch), r.Machine.CPUs, text(r.Machine.Cgroups))
	fmt.Fprintf(&b, "%d of %s done. In the latest quizzes %d of %s right. %s, %s.\n\n",
		t.Lessons, Count(t.Of, "lesson"), t.Right, Count(t.Asked, "answer"), Count(t.Hints, "hint"), Count(t.Skips, "skip"))
	b.WriteString("| lesson | done | how | checks | quiz | hints | skips |\n|---|---|---|---|---|---|---|\n")
	for _, l := range r.Lessons {
		done := "no"
		if l.Earned() {
			done = l.Done.Format("2006-01-02")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d/%d | %d | %s |\n", text(l.Name), done, text(string(l.How)), len(l.Evidence),
			l.Quiz.Right, l.Quiz.Asked, l.HintCount(), text(strings.Join(l.Skips, "; ")))
	}
	for _, l := range r.Lessons {
		if l.Earned() {
			evidence(&b, l)
		}
	}
	data, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	// No line of JSON begins with the fence, since a string holds no line feed.
	fmt.Fprintf(&b, "\n## The report as data\n\n%s%s\n```\n", fence, data)
	return b.String(), nil
}

// evidence writes what was seen in a lesson, step by step.
func evidence(b *strings.Builder, l Lesson) {
	fmt.Fprintf(b, "\n## %s: %s\n", text(l.Name), text(l.Title))
	step := ""
	for _, e := range l.Evidence {
		if e.Step != step {
			step = e.Step
			fmt.Fprintf(b, "\n### %s\n\n", text(step))
		}
		fmt.Fprintf(b, "- %s: want %s, got %s\n", text(e.Check), code(e.Want), code(e.Got))
	}
	for _, h := range l.Hints {
		command := ""
		if h.Command {
			command = ", the command among them"
		}
		fmt.Fprintf(b, "- hints for %s: %d%s\n", text(h.Step), h.Count, command)
	}
}

// text makes words safe to stand in a Markdown text or table.
func text(s string) string {
	s = html.EscapeString(strings.Join(strings.Fields(s), " "))
	return strings.NewReplacer("|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`).Replace(s)
}

// code makes a value stand as it is.
func code(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "nothing"
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

// JSON writes the report as data.
func (r Report) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return b.Bytes(), err
}

// how tells a lesson's state in a word for a table.
func how(l Lesson) string {
	switch {
	case l.Earned() && l.How == progress.ByHand:
		return "by hand"
	case l.Earned():
		return "done"
	case l.Done != nil:
		return "unlocked"
	}
	return "-"
}
