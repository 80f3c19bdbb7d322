package guide

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"byhand/internal/judge"
	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/bench"
	"byhand/lab/sandbox"
)

const (
	// glance is how often the kernel is looked at.
	glance = 250 * time.Millisecond
	// anyway is after how long a step is judged although nothing has changed
	// that a glance sees, such as how much of a CPU a hog gets.
	anyway = 2 * time.Second
)

// watcher judges the step that the person is at.
type watcher struct {
	bench   *bench.Bench
	lesson  lesson.Lesson
	guide   *Guide
	shell   *shell
	quit    chan struct{}
	stopped chan struct{}
	skip    chan chan string
	groups  groups
	latest  judge.Candidate // the one judged last

	mu   sync.Mutex
	made []runner.Made
	// hints counts those given for the step.
	hints  int
	checks []lesson.Check
	// news are texts for the next prompt.
	news []string
	left bool
}

func newWatcher(b *bench.Bench, l lesson.Lesson, g *Guide, sh *shell) *watcher {
	w := &watcher{bench: b, lesson: l, guide: g, shell: sh,
		quit: make(chan struct{}), stopped: make(chan struct{}), skip: make(chan chan string), groups: groupsNow(l)}
	w.news = []string{g.Display.Text(func(s runner.Screen) {
		s.Note("the kernel is watched while you type; the words here are task, hint, skip and quit")
	}), w.task()}
	return w
}

// run judges until ctx ends.
func (w *watcher) run(ctx context.Context) {
	defer close(w.stopped)
	w.draw()
	var last judgement
	for rest := glance; ; {
		select {
		case <-ctx.Done():
			return
		case answer := <-w.skip:
			answer <- w.pass(ctx)
			last = judgement{}
			continue
		case <-time.After(rest):
		}
		begun := time.Now()
		w.look(ctx, &last)
		// On a slow machine a look takes long, and would take from the person's
		// commands the CPU that they run on.
		rest = max(glance, 2*time.Since(begun))
	}
}

// judgement is when a step was judged, and by what the kernel showed then.
type judgement struct {
	fingerprint uint64
	ended       time.Time
}

// look judges the step at hand where something has changed since the last
// judgement, or that is long ago.
func (w *watcher) look(ctx context.Context, last *judgement) {
	w.interrupt()
	w.bench.ReapOrphans()
	w.groups.adopt(w.bench)
	step, found := w.step()
	if !found {
		return
	}
	view := w.view()
	now := judge.Fingerprint(view)
	if now == last.fingerprint && time.Since(last.ended) < anyway {
		return
	}
	checks := judge.Step(ctx, view, step)
	*last = judgement{now, time.Now()}
	if lesson.Passed(checks) {
		w.groups.use(view.Subject.Group)
	}
	w.judged(step, checks)
}

// step is the one that is to be made now; none once all are.
func (w *watcher) step() (lesson.Step, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.made) >= len(w.lesson.Steps) {
		return lesson.Step{}, false
	}
	return w.lesson.Steps[len(w.made)], true
}

// view is the bench with what the person made in it as the subject: the
// likeliest of our descendants, and of what the file pid names.
func (w *watcher) view() *bench.Bench {
	family, _ := kernel.Descendants(os.Getpid())
	if pid, err := sandbox.PID(w.bench); err == nil {
		if s, err := kernel.ReadStat(pid); err == nil {
			family = append(family, s)
		}
	}
	view := *w.bench
	view.Trace, view.Work, view.Meter = nil, nil, nil
	view.Subject = &bench.Subject{}
	if all := judge.Among(family); len(all) > 0 {
		w.latest = all[0]
		view.Subject.PID = all[0].PID
	} else if pid, err := sandbox.PID(w.bench); err == nil {
		view.Subject.PID = pid // like us in every way, which the checks say
	} else if w.latest.PID != 0 && kernel.Alive(w.latest.PID, w.latest.Start) {
		view.Subject.PID = w.latest.PID // it has become like us
	}
	view.Subject.Group = w.groups.meant(view.Subject.PID)
	return &view
}

// judged takes in a judgement, and goes on to the next step where it is made.
func (w *watcher) judged(s lesson.Step, checks []lesson.Check) {
	w.mu.Lock()
	newly := ticked(w.checks, checks)
	w.checks = checks
	if lesson.Passed(checks) {
		w.advance(runner.Made{Step: s.Title, Checks: checks, Hints: w.hints})
	} else if len(newly) > 0 {
		w.news = append(w.news, w.guide.Display.Text(func(screen runner.Screen) {
			for _, c := range newly {
				screen.Check(c)
			}
		}))
	}
	w.mu.Unlock()
	w.draw()
}

// advance records a step and tells the next; w.mu is held.
func (w *watcher) advance(m runner.Made) {
	w.made = append(w.made, m)
	text := w.guide.Display.Text(func(screen runner.Screen) {
		for _, c := range m.Checks {
			c.Hint = ""
			screen.Check(c)
		}
		if m.Skipped {
			screen.Note(fmt.Sprintf("step %d was made by byhand", len(w.made)))
		} else {
			screen.Note(fmt.Sprintf("step %d is made", len(w.made)))
		}
	})
	w.hints, w.checks = 0, nil
	w.news = []string{text, w.task()}
}

// ticked returns the checks that pass and did not before.
func ticked(before, now []lesson.Check) []lesson.Check {
	passed := map[string]bool{}
	for _, c := range before {
		passed[c.Name] = c.OK
	}
	var newly []lesson.Check
	for _, c := range now {
		if c.OK && !passed[c.Name] {
			c.Hint = ""
			newly = append(newly, c)
		}
	}
	return newly
}

// header is that of the step at hand.
func (w *watcher) header() runner.StepHeader {
	n, total := len(w.made), len(w.lesson.Steps)
	if n >= total {
		return runner.StepHeader{Number: total, Total: total, Title: "all steps are made; quit goes on to the questions"}
	}
	s := w.lesson.Steps[n]
	return runner.StepHeader{Number: n + 1, Total: total, Title: s.Title, Why: s.Why}
}

// task tells the step at hand, without its commands.
func (w *watcher) task() string {
	return w.guide.Display.Text(func(screen runner.Screen) {
		if n := len(w.made); n >= len(w.lesson.Steps) {
			screen.Note("all steps are made: quit, or exit, goes on to the questions")
			return
		} else if screen.Step(w.header()); w.lesson.Steps[n].Expect != "" {
			screen.Expect(w.lesson.Steps[n].Expect)
		}
	})
}

func (w *watcher) draw() {
	w.mu.Lock()
	s := State{Lesson: w.lesson.Name, Header: w.header(), Checks: w.checks, Done: len(w.made) >= len(w.lesson.Steps)}
	w.mu.Unlock()
	w.guide.Display.Watch(s)
}

// interrupt shows news at once where a command, such as the shell inside, has
// the terminal and no prompt of ours will come soon.
func (w *watcher) interrupt() {
	if w.shell.foreground() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.news) > 0 && w.guide.Display.Aside(strings.Join(w.news, "\n")) {
		w.news = nil
	}
}

// result is what was made.
func (w *watcher) result() []runner.Made {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.made
}
