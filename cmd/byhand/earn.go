package main

import (
	"byhand/internal/kernel"
	"byhand/internal/progress"
)

// begin counts an attempt at a lesson. It comes before the lesson, so that one
// whose result could not be kept is not done in vain.
func (a *app) begin(lesson string) error {
	return a.update(func(s *progress.State) error {
		record, _ := s.Lesson(lesson)
		record.Attempts++
		return s.Put(lesson, record)
	})
}

// earn records what a lesson that was done has shown. What was earned before
// and not tried again, such as the quiz, stays.
func (a *app) earn(lesson string, record progress.Record) error {
	release, err := kernel.Release()
	if err != nil {
		return err
	}
	record.Byhand, record.Kernel = version, release
	return a.update(func(s *progress.State) error {
		before, _ := s.Lesson(lesson)
		record.Attempts = before.Attempts
		answers := record.Questions
		record.Questions = before.Questions
		for key, answer := range answers {
			record.Answer(key, answer.Right > 0, answer.When)
		}
		if record.Quiz.Asked == 0 && before.Quiz.Asked > 0 {
			record.Quiz, record.Skips = before.Quiz, before.Skips
		}
		return s.Put(lesson, record)
	})
}
