package exec

import (
	"testing"

	"byhand/internal/lesson"
)

func TestQuizIsFitToBeAsked(t *testing.T) {
	qs := quiz()
	if len(qs) < lesson.MinQuestions {
		t.Errorf("quiz() = %d questions; want %d or more", len(qs), lesson.MinQuestions)
	}
	asked := make(map[string]bool)
	for _, q := range qs {
		if err := q.Validate(); err != nil {
			t.Errorf("Validate() = %v; want nil", err)
		}
		if asked[q.Ask] {
			t.Errorf("question %q is asked twice", q.Ask)
		}
		asked[q.Ask] = true
	}
}

// A learner who always picks the same number must not pass half of the quiz,
// and must meet questions that one number doesn't answer.
func TestQuizCannotBeGuessedByPosition(t *testing.T) {
	qs := quiz()
	for pos := range 4 {
		passed := 0
		for _, q := range qs {
			if q.Right([]int{pos}) {
				passed++
			}
		}
		if 2*passed >= len(qs) {
			t.Errorf("picking %d always = %d of %d right; want fewer than half", pos+1, passed, len(qs))
		}
	}
	several := 0
	for _, q := range qs {
		if q.Several() {
			several++
		}
	}
	if several == 0 {
		t.Error("questions with several right choices = 0; want 1 or more")
	}
}
