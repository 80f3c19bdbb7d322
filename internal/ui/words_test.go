package ui

import (
	"slices"
	"strings"
	"testing"

	"byhand/internal/guide"
	"byhand/internal/lesson"
	"byhand/internal/runner"
)

// upper is a language: English in capital letters.
type upper struct{}

func (upper) Text(english string) string { return strings.ToUpper(english) }

// TestLanguage shows every text of a lesson in capitals, and of all else only
// the words around it.
func TestLanguage(t *testing.T) {
	s, _, out := pipe(t, "2\n7\n")
	look := s.look
	s.look = func() Terminal { return look().In(upper{}) }
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
	for _, want := range []string{"TITLE", "SUMMARY", "STEP", "WHY", "EXPECTED", "HINT", "WHICH PROCESS", "THE SHELL", "IT IS THE ONE YOU SEE.", "PIDS ARE COUNTED", "HOW LONG", "20 MS", "STEP 1 OF 1: ", "EXPECT: ", "WANT: ", "GOT: ", "IT IS WHAT WAS WRITTEN.",
		"$ a command", "looked at", "wanted", "gotten", "roots"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("what is shown does not hold %q:\n%s", want, out)
		}
	}
	if q := one(); q.Choices[0].Text != "the shell" {
		t.Errorf("the question itself was changed: %+v", q)
	}
}

// TestPanelLanguage shows a step half made in the panel.
func TestPanelLanguage(t *testing.T) {
	state := guide.State{Lesson: "roots", Header: runner.StepHeader{Number: 1, Total: 2, Title: "step"},
		Checks: []lesson.Check{{Name: "one", Got: "1", OK: true}, {Name: "two", Got: "2", Hint: "hint"}}}
	got := strings.Join(Terminal{}.In(upper{}).panelLines(state, 80, panelRows), "\n")
	for _, want := range []string{"byhand roots | STEP 1 OF 2: STEP", "1 OF 2 CHECKS  OK one: 1", "-- two: 2", "HINT", "task  hint  skip  quit"} {
		if !strings.Contains(got, want) {
			t.Errorf("the panel does not hold %q:\n%s", want, got)
		}
	}
}
