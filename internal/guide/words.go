package guide

import (
	"context"
	"fmt"
	"strings"

	"byhand/internal/lesson"
	"byhand/internal/runner"
)

// word answers a word of the shell's.
func (w *watcher) word(ctx context.Context, word string) string {
	switch word {
	case "prompt":
		return w.told()
	case "task":
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.task()
	case "hint":
		return w.hint()
	case "skip":
		return w.skipped(ctx)
	case "quit":
		w.leave()
	}
	return ""
}

// told are the news since the last prompt.
func (w *watcher) told() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := strings.Join(w.news, "\n")
	w.news = nil
	return text
}

// hint says what the kernel shows to be wrong, and the second time the command.
func (w *watcher) hint() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.made) >= len(w.lesson.Steps) {
		return w.task()
	}
	w.hints++
	step := w.lesson.Steps[len(w.made)]
	return w.guide.Display.Text(func(s runner.Screen) {
		if w.hints == 1 {
			if c, found := missing(w.checks); found {
				s.Check(c)
			}
			s.Note("once more hint shows the command")
			return
		}
		s.Step(runner.StepHeader{Number: len(w.made) + 1, Total: len(w.lesson.Steps), Title: step.Title, Shell: step.Shell(w.bench)})
	})
}

// missing is the first check that does not pass.
func missing(checks []lesson.Check) (lesson.Check, bool) {
	for _, c := range checks {
		if !c.OK {
			return c, true
		}
	}
	return lesson.Check{}, false
}

// skipped has byhand make the step.
func (w *watcher) skipped(ctx context.Context) string {
	if w.guide.NoSkip {
		return w.guide.Display.Text(func(s runner.Screen) { s.Note("skipping is forbidden here (BYHAND_NO_SKIP)") })
	}
	if _, found := w.step(); !found {
		return w.task()
	}
	answer := make(chan string, 1)
	select {
	case w.skip <- answer:
	case <-ctx.Done():
		return ""
	}
	select {
	case text := <-answer:
		return text
	case <-ctx.Done():
		return ""
	}
}

// pass makes the step in the person's stead; run calls it, so that nothing is
// judged meanwhile.
func (w *watcher) pass(ctx context.Context) string {
	s, found := w.step()
	if !found {
		return ""
	}
	quiet := *w.bench
	quiet.Trace, quiet.Work, quiet.Meter = nil, nil, nil
	err := s.Do(ctx, &quiet)
	var checks []lesson.Check
	if err == nil {
		checks, err = runner.Settle(ctx, s, &quiet)
	}
	if err == nil && !lesson.Passed(checks) {
		err = runner.ErrRefused
	}
	if err != nil {
		return w.guide.Display.Text(func(screen runner.Screen) {
			screen.Note(fmt.Sprintf("byhand can't make the step for you, since part of it is there: %v", err))
		})
	}
	w.mu.Lock()
	w.advance(runner.Made{Step: s.Title, Checks: checks, Hints: w.hints, Skipped: true})
	w.mu.Unlock()
	w.draw()
	return ""
}

// leave ends the guided shell.
func (w *watcher) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.left {
		w.left = true
		close(w.quit)
	}
}
