package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"byhand/internal/lesson"
	"byhand/internal/progress"
	"byhand/lab/bench"
	"byhand/lab/sys"
)

// Options say how a lesson is run.
type Options struct {
	// Number and Total place the lesson in the course.
	Number, Total int
	// Next is the lesson that this one opens, or empty.
	Next string
	// Yes asks no question and waits for nobody.
	Yes bool
	// Source shows the Go functions that run, which are looked up in Code.
	Source bool
	Code   []Tree
	// Seed shuffles the choices of the quiz; 0 does not.
	Seed uint64
	// Keep leaves the bench standing.
	Keep bool
	// Present is for a presenter before a class: a pause before each step is
	// made and another once it is verified, and no quiz.
	Present bool
	// Hands, where set, make the steps that are not setup in byhand's stead.
	Hands Hands
}

// ErrRefused says that the kernel did not show what it must.
var ErrRefused = errors.New("the kernel does not show what this lesson makes")

// Run takes a person through a lesson on a bench, and destroys the bench
// whatever happens, unless it is to be kept. The record is what was earned.
func Run(ctx context.Context, s Screen, b *bench.Bench, l lesson.Lesson, o Options) (rec progress.Record, err error) {
	r := run{screen: s, bench: b, options: o, result: Result{Name: l.Name, Questions: len(l.Quiz)}}
	b.Trace = sys.NewTracer(s.Call)
	b.Meter = s.Meter
	b.Work = func(what string, done, total int64, unit string) {
		s.Work(Work{What: what, Done: done, Total: total, Unit: unit})
	}
	s.Open(Header{Number: o.Number, Total: o.Total, Name: l.Name, Title: l.Title, Summary: l.Summary, Lab: b.Dir})
	err = r.teach(ctx, l)
	if o.Keep {
		r.result.Kept = b.Dir
		err = errors.Join(err, b.Close())
	} else {
		// What interrupted the lesson must not interrupt the cleaning up.
		err = errors.Join(err, b.Destroy(context.WithoutCancel(ctx)))
	}
	r.result.OK = err == nil
	if err == nil {
		r.result.Unlocked = o.Next
		r.record.Done, r.record.How = time.Now().UTC(), progress.Did
		if o.Hands != nil {
			r.record.How = progress.ByHand
		}
	} else {
		r.result.Error = reason(err)
	}
	s.Close(r.result)
	return r.record, err
}

// reason says why a lesson ended, to the person who may have ended it.
func reason(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return err.Error()
}

// run is a lesson under way.
type run struct {
	screen  Screen
	bench   *bench.Bench
	options Options
	result  Result
	record  progress.Record
}

func (r *run) teach(ctx context.Context, l lesson.Lesson) error {
	if err := r.prose(ctx, l.Prose); err != nil {
		return err
	}
	if l.Prepare != nil {
		if err := l.Prepare(ctx, r.bench); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	for _, s := range l.Setup {
		if err := r.step(ctx, s, StepHeader{Setup: true, Total: len(l.Steps)}); err != nil {
			return err
		}
	}
	if r.options.Hands != nil {
		if err := r.byHand(ctx, l); err != nil {
			return err
		}
		return r.quiz(ctx, l)
	}
	for i, s := range l.Steps {
		if !r.options.Present {
			if err := r.pause(ctx); err != nil {
				return err
			}
		}
		if err := r.step(ctx, s, StepHeader{Number: i + 1, Total: len(l.Steps)}); err != nil {
			return err
		}
	}
	if r.options.Present {
		return nil
	}
	if r.options.Yes {
		r.record.Skips = append(r.record.Skips, progress.QuizNotAsked)
		return nil
	}
	return r.quiz(ctx, l)
}

// prose tells the text a section at a time, as the whole of it would run off a
// terminal; to nobody in particular, all at once.
func (r *run) prose(ctx context.Context, text string) error {
	if r.options.Yes || r.options.Present {
		r.screen.Prose(text)
		return r.presented(ctx)
	}
	for i, section := range sections(text) {
		if i > 0 {
			if err := r.screen.Pause(ctx, "press Enter to read on"); err != nil {
				return err
			}
		}
		r.screen.Prose(section)
	}
	return nil
}

// sections cuts a Markdown text before each of its headings of level two.
func sections(text string) []string {
	const heading = "\n## "
	parts := strings.Split(text, heading)
	for i := 1; i < len(parts); i++ {
		parts[i] = heading[1:] + parts[i]
	}
	if strings.TrimSpace(parts[0]) == "" {
		return parts[1:]
	}
	return parts
}

// presented pauses where a presenter has something to show.
func (r *run) presented(ctx context.Context) error {
	if !r.options.Present {
		return nil
	}
	return r.screen.Pause(ctx, "press a key to go on")
}

func (r *run) pause(ctx context.Context) error {
	if r.options.Yes {
		return nil
	}
	return r.screen.Pause(ctx, "press Enter to go on")
}

func (r *run) step(ctx context.Context, s lesson.Step, h StepHeader) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h.Title, h.Why, h.Shell = s.Title, s.Why, s.Shell(r.bench)
	r.screen.Step(h)
	if r.options.Source {
		for _, fn := range Functions(s) {
			src, err := SourceOf(r.options.Code, fn)
			if err != nil {
				return err
			}
			r.screen.Source(src)
		}
	}
	if s.Expect != "" {
		r.screen.Expect(s.Expect)
	}
	if !h.Setup {
		if err := r.presented(ctx); err != nil {
			return err
		}
	}
	if err := s.Do(ctx, r.bench); err != nil {
		return fmt.Errorf("step %q: %w", s.Title, err)
	}
	checks, err := Settle(ctx, s, r.bench)
	if err != nil {
		return fmt.Errorf("verify step %q: %w", s.Title, err)
	}
	for _, c := range checks {
		if c.OK {
			c.Hint = "" // it says what to do about a refusal
		}
		r.screen.Check(c)
		r.result.Checks++
		if !c.OK {
			r.result.Refused++
		}
		r.record.Evidence = append(r.record.Evidence, progress.Evidence{Step: s.Title, Check: c.Name, Want: c.Want, Got: c.Got})
	}
	if !lesson.Passed(checks) {
		return fmt.Errorf("step %q: %w", s.Title, ErrRefused)
	}
	if h.Setup {
		return nil
	}
	return r.presented(ctx)
}

// patience is how long a step may take to show. What waits for it has gone
// wrong already, or is on a machine that is emulated and busy.
const patience = 10 * time.Second

// Settle verifies a step that was just done, until it is accepted or patience
// ends: a command put into the background has returned before it has done its
// work.
func Settle(ctx context.Context, s lesson.Step, b *bench.Bench) ([]lesson.Check, error) {
	return SettleWithin(ctx, patience, s, b)
}

// SettleWithin is Settle with a patience of one's own.
func SettleWithin(ctx context.Context, patience time.Duration, s lesson.Step, b *bench.Bench) ([]lesson.Check, error) {
	deadline := time.Now().Add(patience)
	for {
		checks, err := s.Verify(ctx, b)
		if (err == nil && lesson.Passed(checks)) || time.Now().After(deadline) {
			return checks, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (r *run) quiz(ctx context.Context, l lesson.Lesson) error {
	if r.options.Seed != 0 {
		r.screen.Note(fmt.Sprintf("seed %d: --seed %d repeats the order of the choices and the numbers drawn", r.options.Seed, r.options.Seed))
	}
	score, err := Ask(ctx, r.screen, Items(l), Asking{
		Benches: filepath.Dir(r.bench.Dir), Seed: r.options.Seed,
		Kept: func(item Item, right bool, at time.Time) error {
			r.record.Answer(item.Question.Key, right, at)
			return nil
		},
	})
	r.result.Asked, r.result.Right = score.Asked, score.Right
	if err != nil {
		return err
	}
	r.record.Quiz = progress.Quiz{Asked: score.Asked, Right: score.Right, When: time.Now().UTC()}
	return nil
}
