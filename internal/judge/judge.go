// Package judge finds what a person made by commands of their own, and judges
// it by the very checks that a lesson has for what byhand makes: by the state
// that the kernel shows, never by what was typed.
package judge

import (
	"context"
	"errors"

	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// Judged is a step that was judged.
type Judged struct {
	// Step is the step's title.
	Step string `json:"step"`
	// Setup marks one that an earlier lesson taught.
	Setup bool `json:"setup,omitempty"`
	// Checks are what was looked up.
	Checks []lesson.Check `json:"checks"`
	// OK tells whether all of them passed.
	OK bool `json:"ok"`
	// Overtaken marks a step that is refused because a later one has been done.
	Overtaken bool `json:"overtaken,omitempty"`
}

// Lesson judges every step of a lesson.
func Lesson(ctx context.Context, b *bench.Bench, l lesson.Lesson) ([]Judged, error) {
	all := l.All()
	var judged []Judged
	for i, s := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		j := Judged{Step: s.Title, Setup: i < len(l.Setup), Checks: Step(ctx, b, s)}
		j.OK = lesson.Passed(j.Checks)
		for i, c := range j.Checks {
			if c.OK {
				j.Checks[i].Hint = "" // it says what to do about a refusal
			}
		}
		judged = append(judged, j)
	}
	later := false
	for i := len(all) - 1; i >= 0; i-- {
		judged[i].Overtaken = all[i].Overtaken && later && !judged[i].OK
		later = later || judged[i].OK
	}
	return judged, nil
}

// Step judges one step. Where the kernel could not be read, since a process
// ended meanwhile or a file is not there, that is a check which did not pass.
func Step(ctx context.Context, b *bench.Bench, s lesson.Step) []lesson.Check {
	checks, err := s.Verify(ctx, b)
	if err != nil {
		hint := "it is not there, has ended meanwhile, or is not yours to look at: as another user's, with sudo"
		if lack := (interface{ Hint() string })(nil); errors.As(err, &lack) {
			hint = "none of yours was found; to make one here: " + lack.Hint()
		}
		checks = append(checks, lesson.Check{Name: "what the step makes", Want: "can be looked at", Got: err.Error(), Hint: hint})
	}
	return checks
}

// Passed reports whether nothing is left to do.
func Passed(judged []Judged) bool {
	for _, j := range judged {
		if !j.OK && !j.Overtaken {
			return false
		}
	}
	return len(judged) > 0
}
