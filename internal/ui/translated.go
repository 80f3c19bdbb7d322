package ui

import (
	"context"
	"slices"

	"byhand/internal/lesson"
	"byhand/internal/runner"
)

// Translated returns a Screen that shows the lessons' texts as text gives them.
// What is kept of a lesson stays English, since only the showing is translated.
func Translated(s Screen, text func(string) string) Screen { return translated{s, text} }

type translated struct {
	Screen
	text func(string) string
}

// Open shows the title and summary translated.
func (t translated) Open(h runner.Header) {
	h.Title, h.Summary = t.text(h.Title), t.text(h.Summary)
	t.Screen.Open(h)
}

// Step shows the title and reason translated.
func (t translated) Step(h runner.StepHeader) {
	h.Title, h.Why = t.text(h.Title), t.text(h.Why)
	t.Screen.Step(h)
}

// Expect shows the announcement translated.
func (t translated) Expect(text string) { t.Screen.Expect(t.text(text)) }

// Check shows the hint translated; what was looked at and seen is the kernel's.
func (t translated) Check(c lesson.Check) {
	c.Hint = t.text(c.Hint)
	t.Screen.Check(c)
}

// Ask puts the question translated.
func (t translated) Ask(ctx context.Context, n, total int, q lesson.Question) ([]int, error) {
	return t.Screen.Ask(ctx, n, total, t.question(q))
}

// Graded shows the answer translated.
func (t translated) Graded(q lesson.Question, picks []int) { t.Screen.Graded(t.question(q), picks) }

func (t translated) question(q lesson.Question) lesson.Question {
	q.Ask, q.Explain = t.text(q.Ask), t.text(q.Explain)
	q.Choices = slices.Clone(q.Choices)
	for i, c := range q.Choices {
		q.Choices[i].Text, q.Choices[i].Why = t.text(c.Text), t.text(c.Why)
	}
	if q.Number != nil {
		number := *q.Number
		number.Unit, number.Why = t.text(number.Unit), t.text(number.Why)
		number.Traps = slices.Clone(number.Traps)
		for i, trap := range number.Traps {
			number.Traps[i].Why = t.text(trap.Why)
		}
		q.Number = &number
	}
	return q
}
