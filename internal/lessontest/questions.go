package lessontest

import (
	"testing"

	"byhand/internal/lesson"
)

// Questions wants a lesson's questions fit to be asked, each once, and not to be
// answered by always picking the same number.
func Questions(t *testing.T, questions []lesson.Question) {
	t.Run("fit to be asked", func(t *testing.T) { fit(t, questions) })
	t.Run("not guessed by position", func(t *testing.T) { notGuessed(t, questions) })
}

func fit(t *testing.T, qs []lesson.Question) {
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

// notGuessed holds that a learner who always picks the same number must not
// pass half of the quiz, and must meet questions that one number doesn't answer.
func notGuessed(t *testing.T, qs []lesson.Question) {
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
