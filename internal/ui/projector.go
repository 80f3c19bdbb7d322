package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"byhand/internal/cast"
	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/internal/world"
	"byhand/lab/bench"
	"byhand/lab/sys"
)

// ErrQuit says that the presenter has left the demo.
var ErrQuit = errors.New("the demo was left")

// DemoOptions say how a lesson is projected.
type DemoOptions struct {
	Options
	// Pace, where not 0, goes on by itself after so long on each page.
	Pace time.Duration
	// Cast, where set, records what is shown.
	Cast *cast.Writer
	// World looks at host and sandbox.
	World func(context.Context) (world.Picture, error)
}

// Projector is the Screen for a class: pages of whole screens, each shown until
// a key asks for the next. What was shown stays, to go back to.
type Projector struct {
	in     *input
	out    io.Writer
	opts   DemoOptions
	look   func() Terminal
	now    func() time.Time
	guard  *Guard
	resize func()

	mu     sync.Mutex // a step's Do may report calls from several goroutines
	fault  error
	header runner.Header
	sheets []sheet
	at     place
	// mark stands on every page of a recording.
	mark string

	// What belongs to the step under way.
	prose   []section
	step    *runner.StepHeader
	seen    int  // sheets that were paged through
	told    bool // the step's pages were, so that it is being made
	setup   []string
	called  *[]sys.Call
	sources []runner.Source
	expect  string
	checks  []lesson.Check
	status  string
	meters  []float64
	drawn   time.Time
	before  world.Picture
	result  runner.Result
}

// place is a page of a sheet.
type place struct{ sheet, page int }

// sheet is what belongs on one page, or on several where that is too small.
type sheet struct {
	name string
	body func(Terminal) []string
}

// Err returns the first error met in writing.
func (p *Projector) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

// Open makes the title page.
func (p *Projector) Open(h runner.Header) {
	p.header = h
	p.add(h.Title, func(t Terminal) []string {
		lines := t.lines([]span{{t.lesson(h.Summary), Plain}}, t.columns())
		lines = append(lines, "", t.paint(Dim, t.say(fmt.Sprintf("Lesson %d of %d", h.Number, h.Total))), "",
			t.paint(Dim, t.label("in a second terminal")+"byhand notes "+clean(h.Name)))
		if t.Plain {
			lines = append(lines, t.say("keys: space goes on, b goes back, q quits"))
		}
		return lines
	})
}

// proseBefore counts the sections of the prose that come before the steps: what it
// is, the picture, why it exists. The others answer what a class asks after.
const proseBefore = 3

// section is a part of a lesson's prose.
type section struct{ title, text string }

// Prose takes the lesson's text apart and makes pages of its beginning.
func (p *Projector) Prose(markdown string) {
	var all []section
	for line := range strings.Lines(markdown) {
		if title, found := strings.CutPrefix(line, "## "); found {
			all = append(all, section{title: strings.TrimSpace(title)})
		} else if len(all) > 0 {
			all[len(all)-1].text += line
		}
	}
	for _, s := range all[:min(proseBefore, len(all))] {
		p.add(s.title, s.body)
	}
	p.prose = all[min(proseBefore, len(all)):]
}

// body renders a section.
func (s section) body(t Terminal) []string {
	return linesOf(t.renderMarkdown(s.text, "", t.columns()))
}

// Step begins a step; of a setup step only the title is shown.
func (p *Projector) Step(h runner.StepHeader) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.called, p.checks, p.sources, p.expect, p.status, p.told = nil, nil, nil, "", "", false
	if h.Setup {
		p.setup = append(p.setup, h.Title)
		t := p.terminal()
		p.status = t.label("preparing") + t.lesson(h.Title)
		p.step = nil
		if len(p.setup) == 1 {
			p.addLocked("Prepared, as in earlier lessons", p.preparedBody)
			p.at = place{sheet: len(p.sheets) - 1}
		}
		p.redraw(true)
		return
	}
	p.step = &h
}

func (p *Projector) preparedBody(t Terminal) []string {
	var lines []string
	for _, title := range p.setup {
		lines = append(lines, t.lines([]span{{"- " + t.lesson(title), Plain}}, t.columns())...)
	}
	return lines
}

// Source keeps a Go function that is about to run.
func (p *Projector) Source(s runner.Source) { p.sources = append(p.sources, s) }

// Expect keeps what will look like a failure.
func (p *Projector) Expect(text string) { p.expect = text }

// Call adds a system call to the step's page.
func (p *Projector) Call(c sys.Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.called == nil {
		return // of a setup step
	}
	*p.called = append(*p.called, c)
	p.redraw(false)
}

// Work shows how far a long operation has come, below the page.
func (p *Projector) Work(w runner.Work) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = clean(p.terminal().progress(w))
	p.redraw(ended(w))
}

// Meter shows a measurement below the page.
func (p *Projector) Meter(r bench.Reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meters = append(p.meters, r.Value/max(r.Full, 1e-9))
	p.meters = p.meters[max(0, len(p.meters)-history):]
	p.status = clean(p.terminal().meter(r, p.meters))
	p.redraw(r.Last)
	if r.Last {
		p.meters = nil
	}
}

// Check keeps a check for the page of checks.
func (p *Projector) Check(c lesson.Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checks = append(p.checks, c)
}

// Note is not for a class.
func (p *Projector) Note(string) {}

// Ask is not reached: a demo has no quiz.
func (p *Projector) Ask(context.Context, int, int, lesson.Question) ([]int, error) {
	return nil, ErrNoAnswer
}

// Graded is not reached either.
func (p *Projector) Graded(lesson.Question, []int) {}

// Close keeps how the lesson ended, for Leave to say.
func (p *Projector) Close(r runner.Result) { p.result = r }

// Pause shows what has come since the last one, page by page, until the
// presenter asks for more than there is.
func (p *Projector) Pause(ctx context.Context, _ string) error {
	p.mu.Lock()
	p.status = ""
	first := p.seen
	switch {
	case p.step == nil: // the title and the prose are there
	case !p.told:
		p.tell(ctx)
	default:
		p.prove(ctx)
	}
	p.mu.Unlock()
	if err := p.browse(ctx, first); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = len(p.sheets)
	if p.step != nil && !p.told {
		p.told = true
		p.work()
	}
	return nil
}

// tell adds the pages that come before a step is made.
func (p *Projector) tell(ctx context.Context) {
	h, expect := *p.step, p.expect
	if len(p.before.Rows) == 0 {
		p.before = p.world(ctx)
		picture := p.before
		p.addLocked("The world before", func(t Terminal) []string { return t.world(picture) })
	}
	p.addLocked(stepName(h), func(t Terminal) []string { return t.stepBody(h, expect) })
	for _, s := range p.sources {
		p.addLocked("In Go: "+s.Name, func(t Terminal) []string { return t.source(s) })
	}
}

// work adds the page of a step that is being made, which its calls come to.
func (p *Projector) work() {
	h, calls := *p.step, new([]sys.Call) // a list of the step's own, for who turns back later
	p.called = calls
	p.addLocked(stepName(h), func(t Terminal) []string { return t.madeBody(h, *calls) })
	p.at = place{sheet: len(p.sheets) - 1}
	p.redraw(true)
}

func stepName(h runner.StepHeader) string {
	return fmt.Sprintf("Step %d of %d: %s", h.Number, h.Total, h.Title)
}

// prove adds the pages that come once a step was verified.
func (p *Projector) prove(ctx context.Context) {
	checks, h := p.checks, *p.step
	p.addLocked("What the kernel shows", func(t Terminal) []string { return t.checkBody(checks) })
	now := p.world(ctx)
	picture := now.Since(p.before)
	p.before = now
	p.addLocked("The world after", func(t Terminal) []string { return t.world(picture) })
	if h.Number < h.Total {
		return
	}
	for _, s := range p.prose {
		p.addLocked(s.title, s.body)
	}
	p.addLocked("The end", func(t Terminal) []string {
		return t.lines(plain(t.say("That was "+clean(p.header.Name)+". The next key takes all of it away.")), t.columns())
	})
}

// world looks, or says in the picture why not.
func (p *Projector) world(ctx context.Context) world.Picture {
	picture, err := p.opts.World(ctx)
	if err != nil {
		return world.Picture{Rows: []world.Row{{What: "not seen", Host: err.Error()}}}
	}
	return picture
}

func (p *Projector) add(name string, body func(Terminal) []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addLocked(name, body)
}

func (p *Projector) addLocked(name string, body func(Terminal) []string) {
	p.sheets = append(p.sheets, sheet{name, body})
}
