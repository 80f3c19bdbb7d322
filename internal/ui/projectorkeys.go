package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/cast"
)

// NewProjector takes the screen; Leave gives it back.
func NewProjector(o DemoOptions) *Projector {
	if o.In == nil {
		o.In = os.Stdin
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	p := &Projector{
		in: &input{file: o.In}, out: o.Out, opts: o, now: time.Now,
		look: func() Terminal { return Look(o.In, o.Out, o.Getenv).In(o.Language) },
	}
	p.guard = Remember(o.In, o.Out, o.Getenv)
	t := p.look()
	if t.Interactive {
		p.rawKeys()
	}
	if t.Live {
		p.put(enterScreen)
		p.followSize()
	}
	return p
}

// rawKeys has the terminal pass on each key at once and show none. Ctrl-C stays
// a signal.
func (p *Projector) rawKeys() {
	modes, err := unix.IoctlGetTermios(fd(p.in.file), unix.TCGETS)
	if err != nil {
		return
	}
	modes.Lflag &^= unix.ICANON | unix.ECHO
	modes.Cc[unix.VMIN], modes.Cc[unix.VTIME] = 1, 0
	_ = unix.IoctlSetTermios(fd(p.in.file), unix.TCSETS, modes)
}

// followSize draws the page anew when the window's size changes.
func (p *Projector) followSize() {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, unix.SIGWINCH)
	done := make(chan struct{})
	p.resize = func() { signal.Stop(changed); close(done) }
	go func() {
		for {
			select {
			case <-done:
				return
			case <-changed:
				p.mu.Lock()
				if len(p.sheets) > 0 {
					p.draw(p.at, false)
				}
				p.mu.Unlock()
			}
		}
	}()
}

// Leave gives the screen back as it was and says how the demo ended.
func (p *Projector) Leave() {
	if p.resize != nil {
		p.resize()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look().Live {
		p.put(leaveScreen)
	}
	p.guard.Restore()
	if p.result.OK {
		t := p.look()
		p.put(t.say(fmt.Sprintf("demo of %s done: %s passed, the sandbox is removed", clean(p.result.Name), t.count(p.result.Checks, "check"))) + "\n")
	}
}

// The presenter's keys.
type key int

const (
	keyOther key = iota
	keyForward
	keyBack
	keyQuit
)

// keyNames are what terminals send.
var keyNames = map[string]key{
	" ": keyForward, "\r": keyForward, "\n": keyForward, "n": keyForward, "\x1b[C": keyForward, "\x1bOC": keyForward, "\x1b[6~": keyForward,
	"b": keyBack, "p": keyBack, "\x7f": keyBack, "\x1b[D": keyBack, "\x1bOD": keyBack, "\x1b[5~": keyBack,
	"q": keyQuit, "Q": keyQuit, "\x04": keyQuit,
}

// takeKey takes a key off what was typed.
func takeKey(typed []byte) (key, []byte) {
	if typed[0] == '\x1b' {
		if at := otherKeys.FindIndex(typed); at != nil && at[0] == 0 {
			return keyNames[string(typed[:at[1]])], typed[at[1]:]
		}
	}
	return keyNames[string(typed[:1])], typed[1:]
}

// key waits for a key, or as long as the pace allows.
func (p *Projector) key(ctx context.Context) (key, error) {
	wait := ctx
	if p.opts.Pace > 0 {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, p.opts.Pace)
		defer cancel()
	}
	if !p.look().Interactive && p.opts.Pace > 0 {
		<-wait.Done()
		return keyForward, ctx.Err()
	}
	for len(p.in.pending) == 0 {
		err := p.in.more(wait)
		switch {
		case ctx.Err() != nil:
			return keyQuit, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded):
			return keyForward, nil
		case errors.Is(err, io.EOF):
			return keyQuit, ErrNoAnswer
		case err != nil:
			return keyQuit, err
		}
	}
	k, rest := takeKey(p.in.pending)
	p.in.pending = rest
	return k, nil
}

// forget drops what was typed while nothing was asked: a key pressed twice while
// a step was at work would else skip what it showed.
func (p *Projector) forget() {
	p.in.pending = nil
	if p.look().Interactive {
		_ = unix.IoctlSetInt(fd(p.in.file), unix.TCFLSH, unix.TCIFLUSH)
	}
}

// browse shows pages from the first of a sheet on, until one past the last is
// asked for. Back leads to all that was shown before.
func (p *Projector) browse(ctx context.Context, from int) error {
	p.forget()
	p.mu.Lock()
	p.at = place{sheet: from}
	p.mu.Unlock()
	for {
		p.mu.Lock()
		t := p.terminal()
		p.draw(p.at, true)
		pages := len(p.sheets[p.at.sheet].pages(t))
		p.mu.Unlock()
		k, err := p.key(ctx)
		if err != nil {
			return err
		}
		p.mu.Lock()
		over := false
		switch k {
		case keyQuit:
			p.mu.Unlock()
			return ErrQuit
		case keyForward:
			over = p.forward(pages)
		case keyBack:
			p.back(t)
		}
		p.mu.Unlock()
		if over {
			return nil
		}
	}
}

// forward turns the page, and tells whether there is none.
func (p *Projector) forward(pages int) bool {
	switch {
	case p.at.page+1 < pages:
		p.at.page++
	case p.at.sheet+1 < len(p.sheets):
		p.at = place{sheet: p.at.sheet + 1}
	default:
		return true
	}
	return false
}

func (p *Projector) back(t Terminal) {
	switch {
	case p.at.page > 0:
		p.at.page--
	case p.at.sheet > 0:
		p.at = place{p.at.sheet - 1, len(p.sheets[p.at.sheet-1].pages(t)) - 1}
	}
}

// Play pages through a recording, from the page at which the lesson stopped on;
// before it stands a page that says why. A mark stands on every page.
func (p *Projector) Play(ctx context.Context, rec cast.Recording, why error) error {
	p.mu.Lock()
	stopped := ""
	if len(p.sheets) > 0 {
		stopped = p.sheets[p.at.sheet].name
	}
	made := time.Unix(rec.Timestamp, 0).UTC().Format(time.DateOnly)
	p.mark = p.look().say(fmt.Sprintf("RECORDING of %s, made %s on %s", clean(rec.Title), made, clean(rec.Env["KERNEL"])))
	p.sheets, p.setup, p.step, p.status = nil, nil, nil, ""
	start := slices.IndexFunc(rec.Pages, func(page cast.Page) bool { return strings.HasPrefix(page.Name, stopped) })
	start = max(start, 0)
	for i, page := range rec.Pages {
		if i == start {
			p.addLocked("What follows is a recording", func(t Terminal) []string {
				lines := t.lines(plain(t.label("This machine could not do it")+clean(why.Error())), t.columns())
				return append(append(lines, ""), t.lines(plain(t.say("It was done by the same byhand on another machine, and recorded there.")), t.columns())...)
			})
		}
		p.addLocked(page.Name, recorded(page))
	}
	p.mu.Unlock()
	return p.browse(ctx, start)
}

// PageSize is the size of the pages of a demo on a terminal.
func PageSize(t Terminal, getenv func(string) string) (width, height int) {
	height = t.Height
	if height <= 0 {
		height, _ = strconv.Atoi(getenv("LINES"))
	}
	if height <= 0 {
		height = defaultHeight
	}
	return t.columns(), height
}

// recorded is the body of a page that was recorded, for a terminal of another
// size and kind.
func recorded(page cast.Page) func(Terminal) []string {
	lines := strings.Split(strings.TrimPrefix(page.Screen, toTop), eraseRest+"\r\n")
	body := lines[min(pageHead, len(lines)):max(len(lines)-pageFoot, min(pageHead, len(lines)))]
	for len(body) > 0 && body[len(body)-1] == "" {
		body = body[:len(body)-1]
	}
	return func(t Terminal) []string {
		shown := make([]string, len(body))
		for i, line := range body {
			shown[i] = strings.TrimPrefix(line, "  ")
			if bare := colours.ReplaceAllString(shown[i], ""); !t.Colour || cols(bare) > t.columns() {
				shown[i] = cut(bare, t.columns())
			}
		}
		return shown
	}
}

// getenv looks up the environment that the projector was given.
func (p *Projector) getenv(name string) string {
	if p.opts.Getenv != nil {
		return p.opts.Getenv(name)
	}
	return os.Getenv(name)
}
