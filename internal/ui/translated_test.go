package ui

import (
	"slices"
	"strings"
	"testing"

	"byhand/internal/lesson"
	"byhand/internal/runner"
)

// TestTranslated shows every text of a lesson in capitals, and nothing else.
func TestTranslated(t *testing.T) {
	p, _, out := pipe(t, "2\n7\n")
	s := Translated(p, strings.ToUpper)
	s.Open(runner.Header{Number: 1, Total: 2, Name: "roots", Title: "title", Summary: "summary"})
	s.Step(runner.StepHeader{Number: 1, Total: 1, Title: "step", Why: "why", Shell: "a command"})
	s.Expect("expected")
	s.Check(lesson.Check{Name: "looked at", Want: "wanted", Got: "gotten", Hint: "hint"})
	for n, q := range []lesson.Question{one(), number()} {
		picks, err := s.Ask(t.Context(), n+1, 2, q)
		if err != nil || !slices.Equal(picks, [][]int{{1}, {7}}[n]) {
			t.Errorf("Ask = %v, %v", picks, err)
		}
		s.Graded(q, []int{0})
	}
	for _, want := range []string{"TITLE", "SUMMARY", "STEP", "WHY", "EXPECTED", "HINT", "WHICH PROCESS", "THE SHELL", "IT IS THE ONE YOU SEE.", "PIDS ARE COUNTED", "HOW LONG", "20 MS", "IT IS WHAT WAS WRITTEN.",
		"$ a command", "looked at", "wanted", "gotten", "roots"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("what is shown does not hold %q:\n%s", want, out)
		}
	}
	if q := one(); q.Choices[0].Text != "the shell" {
		t.Errorf("the question itself was changed: %+v", q)
	}
}
