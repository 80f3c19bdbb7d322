package runner

import (
	"context"
	"fmt"
	"time"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
)

// Item is a question that is to be asked, and the lesson that it is of.
type Item struct {
	// Lesson is the lesson's name.
	Lesson string
	// Question is the question as the lesson has it.
	Question lesson.Question
}

// Asking says how questions are asked.
type Asking struct {
	// Benches is the directory in which predictions get a bench to be tried
	// out on.
	Benches string
	// Seed shuffles the choices and draws the numbers; 0 does not shuffle.
	Seed uint64
	// Kept, where set, is told each answer as soon as it was given, so that a
	// quiz that is broken off was not in vain.
	Kept func(item Item, right bool, at time.Time) error
}

// Score is how questions were answered.
type Score struct {
	// Asked counts those that were answered, Right the right answers.
	Asked, Right int
	// Unable counts those that were not asked, or whose answer did not count,
	// since this machine could not try it out.
	Unable int
}

// Ask puts questions on a screen, tries the predictions out, and says how each
// was answered. The score counts what was answered, also beside an error.
func Ask(ctx context.Context, s Screen, items []Item, a Asking) (Score, error) {
	var score Score
	for i, item := range items {
		q := item.Question.Pose(a.Seed)
		if lack := lacking(ctx, q); lack != "" {
			s.Note(fmt.Sprintf("question %d of %d, a prediction, is left out, since it can't be tried out here: %s", i+1, len(items), lack))
			score.Unable++
			continue
		}
		picks, err := s.Ask(ctx, i+1, len(items), q)
		if err != nil {
			return score, err
		}
		if q.Try != nil {
			settled, err := try(ctx, a.Benches, q)
			if ctx.Err() != nil {
				return score, ctx.Err()
			}
			if err != nil {
				s.Note(fmt.Sprintf("trying it out failed, so that this answer does not count: %v", err))
				score.Unable++
				continue
			}
			q = settled
		}
		s.Graded(q, picks)
		score.Asked++
		if q.Right(picks) {
			score.Right++
		}
		if a.Kept == nil {
			continue
		}
		if err := a.Kept(item, q.Right(picks), time.Now().UTC()); err != nil {
			return score, err
		}
	}
	return score, nil
}

// lacking says what a prediction needs and this machine can't, or is empty.
func lacking(ctx context.Context, q lesson.Question) string {
	if q.Try == nil {
		return ""
	}
	for _, need := range append([]doctor.Need{doctor.Bash}, q.Try.Needs...) {
		if found := doctor.Examine(ctx, need); !found.OK {
			return found.What + ": " + found.Got
		}
	}
	return ""
}
