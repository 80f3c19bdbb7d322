package ui

import (
	"fmt"
	"strings"

	"byhand/internal/runner"
)

// Close shows how the lesson ended and the one command to type next.
func (p *people) Close(r runner.Result) {
	p.show(kindResult, func(t Terminal) string {
		text := t.verdict(r)
		if r.Error != "" {
			text += t.labelled(0, span{"stopped: ", Error}, plain(clean(r.Error)))
		}
		if r.Unlocked != "" {
			text += t.labelled(0, span{"unlocked: ", Next}, plain(clean(r.Unlocked)))
		}
		if r.Kept != "" {
			text += t.labelled(0, span{"kept: ", Dim}, plain(clean(r.Kept)+" (byhand shell enters it, byhand clean removes it)"))
		}
		return text + t.paint(Next, "next:") + "\n"
	})
	p.shell(kindResult, next(r))
}

// verdict says what came of the lesson.
func (t Terminal) verdict(r runner.Result) string {
	label := span{"done: ", Done}
	if !r.OK {
		label = span{"not done: ", Error}
	}
	said := []string{clean(r.Name)}
	switch {
	case r.Checks == 0:
		said = append(said, "nothing was checked")
	case r.Refused > 0:
		said = append(said, fmt.Sprintf("%d of %s refused", r.Refused, count(r.Checks, "check")))
	default:
		said = append(said, count(r.Checks, "check")+" passed")
	}
	if r.Asked > 0 {
		said = append(said, fmt.Sprintf("%d of %s right", r.Right, count(r.Asked, "answer")))
	}
	return t.labelled(0, label, plain(strings.Join(said, ", ")))
}

// Scored shows the score.
func (p *people) Scored(s runner.Score) {
	p.show(kindResult, func(t Terminal) string {
		text := fmt.Sprintf("%d of %s right", s.Right, count(s.Asked, "answer"))
		if s.Unable > 0 {
			text += fmt.Sprintf("; %s could not be tried out here", count(s.Unable, "prediction"))
		}
		return t.labelled(0, span{"score: ", Strong}, plain(text))
	})
}

// next returns the command to type after a lesson that ended so.
func next(r runner.Result) string {
	switch {
	case r.Next != "":
		return clean(r.Next)
	case !r.OK:
		return "byhand " + clean(r.Name)
	case r.Unlocked != "":
		return "byhand " + clean(r.Unlocked)
	}
	return "byhand list"
}

// count renders n things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
