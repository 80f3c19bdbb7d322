package runner

import (
	"context"
	"fmt"

	"byhand/internal/lesson"
	"byhand/internal/progress"
	"byhand/lab/bench"
)

// Hands make a lesson's steps, as a person's do in a shell.
type Hands interface {
	// Make returns the steps that were made, in their order, and an error
	// unless that is all of them.
	Make(ctx context.Context, b *bench.Bench, l lesson.Lesson) ([]Made, error)
}

// Made is a step that was made, whoever did it.
type Made struct {
	// Step is the step's title.
	Step string
	// Checks are those that passed.
	Checks []lesson.Check
	// Hints counts those that were asked for, and Skipped tells that byhand
	// made the step in the end.
	Hints   int
	Skipped bool
}

// byHand has a person make the steps, and keeps what the kernel showed of it.
func (r *run) byHand(ctx context.Context, l lesson.Lesson) error {
	if err := r.pause(ctx); err != nil {
		return err
	}
	made, err := r.options.Hands.Make(ctx, r.bench, l)
	for _, m := range made {
		for _, c := range m.Checks {
			r.result.Checks++
			r.record.Evidence = append(r.record.Evidence, progress.Evidence{Step: m.Step, Check: c.Name, Want: c.Want, Got: c.Got})
		}
		if m.Hints > 0 {
			r.record.Hints = append(r.record.Hints, progress.Hint{Step: m.Step, Count: m.Hints})
		}
		if m.Skipped {
			r.record.Skips = append(r.record.Skips, fmt.Sprintf("step %q was made by byhand", m.Step))
		}
	}
	return err
}
