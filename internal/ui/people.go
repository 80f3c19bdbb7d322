package ui

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"byhand/internal/runner"
)

// kind groups what is shown; an empty line stands between two kinds.
type kind int

const (
	kindNone kind = iota
	kindHeader
	kindProse
	kindStep
	kindShell
	kindSource
	kindExpect
	kindDoing
	kindCheck
	kindQuestion
	kindGraded
	kindNote
	kindPause
	kindResult
)

// people is the Screen for people: text for a terminal or a pipe.
type people struct {
	in   *input
	look func() Terminal
	now  func() time.Time
	// answers are those given beforehand.
	answers [][]int

	mu    sync.Mutex // a step's Do may report calls from several goroutines
	out   io.Writer
	err   io.Writer
	fault error
	last  kind
	// title is the lesson's, to be dropped where the prose repeats it.
	title string
	// drawn tells that a progress line stands unfinished, drawnAt since when.
	drawn   bool
	drawnAt time.Time
	// readings are the values that the meter under way has shown, of full.
	readings []float64
}

// Err returns the first error met in writing.
func (p *people) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

// show writes text composed for the terminal as it is now.
func (p *people) show(k kind, compose func(Terminal) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := compose(p.look())
	if text == "" {
		return
	}
	if p.last != k && p.last != kindNone {
		text = "\n" + text
	}
	p.last = k
	p.write(p.undraw() + text)
}

// write writes in one call, so that another writer's lines stay whole.
func (p *people) write(text string) {
	if _, err := io.WriteString(p.out, text); err != nil && p.fault == nil {
		p.fault = fmt.Errorf("write the lesson: %w", err)
	}
}

// Open shows the lesson's number, title and summary, and the bench's directory
// as the command that makes it known to another shell.
func (p *people) Open(h runner.Header) {
	p.title = p.look().say(h.Title)
	p.show(kindHeader, func(t Terminal) string {
		width := t.prose()
		title := []span{{t.lesson(h.Title), Strong}}
		number := t.label(fmt.Sprintf("Lesson %d of %d", h.Number, h.Total)) + clean(h.Name)
		return t.join(width, Dim, number) +
			strings.Join(t.ruled(linesOf(t.hang(width, span{}, span{}, title)), min(width, spanCols(title))), "\n") + "\n" +
			t.join(width, Plain, t.lesson(h.Summary))
	})
	if h.Lab != "" {
		p.shell(kindShell, "export LAB="+quote(h.Lab))
	}
}

// Prose shows Markdown.
func (p *people) Prose(markdown string) {
	p.show(kindProse, func(t Terminal) string {
		return t.renderMarkdown(markdown, p.title, t.prose())
	})
}

// Step shows a step's title and reason, and its commands; of a setup step,
// which an earlier lesson explained, no reason.
func (p *people) Step(h runner.StepHeader) {
	p.show(kindStep, func(t Terminal) string {
		label, why := t.label(fmt.Sprintf("Step %d of %d", h.Number, h.Total)), h.Why
		if h.Setup {
			label, why = t.label("Setup"), ""
		}
		title := []span{{t.lesson(h.Title), Strong}}
		return t.labelled(0, span{label, Strong}, title) + t.join(t.prose(), Plain, t.lesson(why))
	})
	if n := strings.Count(strings.TrimSpace(h.Shell), "\n") + 1; h.Setup && n > briefly {
		p.Note(fmt.Sprintf("the %d lines of shell for this are those of an earlier lesson, and in --print", n))
		return
	}
	p.shell(kindShell, h.Shell)
}

// hereDocument finds the beginning of one, and the line that ends it.
var hereDocument = regexp.MustCompile(`<<['"]?(\w+)`)

// briefly is how many lines of shell a setup step may show.
const briefly = 12

// shell shows commands. Right of the mark they stand byte for byte, so that
// they can be copied: they are neither wrapped nor coloured within a line. A
// here-document has no room for a mark: its end is one only in the first column.
func (p *people) shell(k kind, script string) {
	p.show(k, func(t Terminal) string {
		script := strings.Trim(cleanLines(script), "\n")
		if script == "" {
			return ""
		}
		var b strings.Builder
		mark, end := "$ ", ""
		for _, line := range strings.Split(script, "\n") {
			switch {
			case line == "":
				b.WriteString("\n")
				continue
			case end != "":
				mark = ""
			}
			b.WriteString(mark + t.paint(Command, line) + "\n")
			mark = "  "
			if line == end {
				end = ""
			} else if begun := hereDocument.FindStringSubmatch(line); begun != nil && end == "" {
				end = begun[1]
			}
		}
		return b.String()
	})
}

// Source shows a Go function with a mark of its own; tabs become four columns.
func (p *people) Source(s runner.Source) {
	p.show(kindSource, func(t Terminal) string {
		mark := "go " + t.bar() + " "
		if t.Plain {
			mark = "" // the words "go" before each line would be all that one hears
		}
		where := fmt.Sprintf("%s, %s:%d", clean(s.Name), clean(s.File), s.Line)
		text := t.hang(t.columns(), span{mark, Dim}, span{mark, Dim}, []span{{where, Strong}})
		body := strings.Trim(strings.ReplaceAll(cleanLines(s.Code), "\t", "    "), "\n")
		for _, line := range prefixed(t.paint(Dim, mark), t.paint(Dim, mark), strings.Split(body, "\n")) {
			text += line + "\n"
		}
		return text
	})
}

// Expect announces what will look like a failure.
func (p *people) Expect(text string) {
	p.show(kindExpect, func(t Terminal) string {
		return t.labelled(0, span{t.label("expect"), Warn}, plain(t.lesson(text)))
	})
}

// Note shows a sentence of byhand's own.
func (p *people) Note(text string) {
	p.show(kindNote, func(t Terminal) string {
		return t.labelled(0, span{t.label("note"), Dim}, plain(t.lesson(text)))
	})
}

// join wraps text in one role, without a mark.
func (t Terminal) join(width int, role Role, text string) string {
	if text == "" {
		return ""
	}
	return t.hang(width, span{}, span{}, []span{{text, role}})
}

// quote returns s as one word of a POSIX shell.
func quote(s string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("/._-+:@%,=", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
