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
			text += t.labelled(0, span{t.label("stopped"), Error}, plain(clean(r.Error)))
		}
		if r.Unlocked != "" {
			text += t.labelled(0, span{t.label("unlocked"), Next}, plain(clean(r.Unlocked)))
		}
		if r.Kept != "" {
			text += t.labelled(0, span{t.label("kept"), Dim}, plain(t.say(clean(r.Kept)+" (byhand shell enters it, byhand clean removes it)")))
		}
		return text + t.paint(Next, strings.TrimSpace(t.label("next"))) + "\n"
	})
	p.shell(kindResult, next(r))
}

// verdict says what came of the lesson.
func (t Terminal) verdict(r runner.Result) string {
	label := span{t.label("done"), Done}
	if !r.OK {
		label = span{t.label("not done"), Error}
	}
	said := []string{clean(r.Name)}
	switch {
	case r.Checks == 0:
		said = append(said, t.say("nothing was checked"))
	case r.Refused > 0:
		said = append(said, t.say(fmt.Sprintf("%d of %s refused", r.Refused, t.count(r.Checks, "check"))))
	default:
		said = append(said, t.say(t.count(r.Checks, "check")+" passed"))
	}
	if r.Asked > 0 {
		said = append(said, t.say(fmt.Sprintf("%d of %s right", r.Right, t.count(r.Asked, "answer"))))
	}
	return t.labelled(0, label, plain(strings.Join(said, ", ")))
}

// Scored shows the score.
func (p *people) Scored(s runner.Score) {
	p.show(kindResult, func(t Terminal) string {
		text := t.say(fmt.Sprintf("%d of %s right", s.Right, t.count(s.Asked, "answer")))
		if s.Unable > 0 {
			text += "; " + t.say(fmt.Sprintf("%s could not be tried out here", t.count(s.Unable, "prediction")))
		}
		return t.labelled(0, span{t.label("score"), Strong}, plain(text))
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
