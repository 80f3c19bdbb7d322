package lesson

import (
	"errors"
	"fmt"
)

// MinQuestions is how many questions a lesson's quiz asks at the least.
const MinQuestions = 8

// Validate reports everything that makes a lesson unfit to be taught.
func (l Lesson) Validate() error {
	var errs []error
	if l.Name == "" || l.Title == "" || l.Summary == "" || l.Prose == "" {
		errs = append(errs, errors.New("name, title, summary or prose is missing"))
	}
	if len(l.Steps) == 0 {
		errs = append(errs, errors.New("it has no steps"))
	}
	for _, s := range l.All() {
		if s.Title == "" || s.Why == "" || s.Shell == nil || s.Do == nil || s.Verify == nil {
			errs = append(errs, fmt.Errorf("step %q: title, why, shell, do or verify is missing", s.Title))
		}
	}
	if len(l.Quiz) < MinQuestions {
		errs = append(errs, fmt.Errorf("%d questions; want %d or more", len(l.Quiz), MinQuestions))
	}
	keys := map[string]bool{}
	for _, q := range l.Quiz {
		errs = append(errs, q.Validate())
		if keys[q.Key] {
			errs = append(errs, fmt.Errorf("two questions have the key %q", q.Key))
		}
		keys[q.Key] = true
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("lesson %q: %w", l.Name, err)
	}
	return nil
}
