package ui

import (
	"fmt"
	"time"

	"byhand/internal/runner"
)

// workEvery is the least time between two states of a progress line.
const workEvery = 100 * time.Millisecond

// eraseLine goes to the line's start and erases to its end (CR, EL).
const eraseLine = "\r\x1b[K"

// Work shows how far an operation has come: on a terminal by a line rewritten
// in place, elsewhere only when it ends.
func (p *people) Work(w runner.Work) {
	if ended(w) {
		p.show(kindDoing, func(t Terminal) string {
			return t.labelled(0, span{t.label("work"), Dim}, plain(clean(t.progress(w))))
		})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t, now := p.look(), p.now()
	if !t.Live || p.drawn && now.Sub(p.drawnAt) < workEvery {
		return
	}
	p.draw(t, now, t.label("work")+clean(t.progress(w)))
}

// draw puts a line where the last such line was.
func (p *people) draw(t Terminal, now time.Time, line string) {
	// A full line would wrap, and a wrapped line can't be erased so.
	line = measure().Truncate(line, t.columns()-1, "")
	if p.last != kindDoing && p.last != kindNone && !p.drawn {
		line = "\n" + line
		p.last = kindDoing
	}
	p.write(p.undraw() + line)
	p.drawn, p.drawnAt = true, now
}

// undraw returns what erases a progress line that stands unfinished.
func (p *people) undraw() string {
	if !p.drawn {
		return ""
	}
	p.drawn = false
	return eraseLine
}

// ended reports whether w is the last state of its operation.
func ended(w runner.Work) bool { return w.Total > 0 && w.Done >= w.Total }

// progress renders w in words.
func (t Terminal) progress(w runner.Work) string {
	if w.Total <= 0 {
		return fmt.Sprintf("%s: %s", w.What, amount(w.Done, w.Unit))
	}
	if w.Done >= w.Total {
		return fmt.Sprintf("%s: %s, %s", w.What, amount(w.Total, w.Unit), t.say("done"))
	}
	// Divided first: bytes times 100 may overflow.
	percent := int(float64(w.Done) / float64(w.Total) * 100)
	return fmt.Sprintf("%s: %d %% %s %s", w.What, percent, t.say("of"), amount(w.Total, w.Unit))
}

// amount renders n with its unit; bytes get a readable power of two.
func amount(n int64, unit string) string {
	if unit != "B" && unit != "bytes" {
		return fmt.Sprintf("%d %s", n, unit)
	}
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	value, prefixes := float64(n)/1024, "KMGTPE"
	for value >= 1024 {
		value, prefixes = value/1024, prefixes[1:]
	}
	return fmt.Sprintf("%.1f %ciB", value, prefixes[0])
}
