package ui

import (
	"fmt"
	"strings"

	"byhand/lab/bench"
)

// history is how many readings the line behind a meter's bar shows.
const history = 24

// Meter shows a measurement as a bar and a line of what it was before: on a
// terminal rewritten in place, elsewhere only when it ends.
func (p *people) Meter(r bench.Reading) {
	p.mu.Lock()
	p.readings = append(p.readings, r.Value/max(r.Full, 1e-9))
	if len(p.readings) > history {
		p.readings = p.readings[len(p.readings)-history:]
	}
	t, now, readings := p.look(), p.now(), p.readings
	if !r.Last {
		if t.Live && (!p.drawn || now.Sub(p.drawnAt) >= workEvery) {
			p.draw(t, now, t.meter(r, readings))
		}
		p.mu.Unlock()
		return
	}
	p.readings = nil
	p.mu.Unlock()
	p.show(kindDoing, func(t Terminal) string {
		return t.labelled(0, span{}, plain(clean(t.meter(r, readings))))
	})
}

// meter renders a reading with those before it.
func (t Terminal) meter(r bench.Reading, readings []float64) string {
	words := fmt.Sprintf("%s: %.3g %s", r.What, r.Value, r.Unit)
	if r.Aside != "" {
		words += ", " + r.Aside
	}
	if t.Plain {
		return words
	}
	width := min(20, t.columns()/4)
	return fmt.Sprintf("[%s] %s %s", t.gauge(r.Value/max(r.Full, 1e-9), width), words, t.sparkline(readings))
}

// gauge is a bar of a width, filled to a share of it.
func (t Terminal) gauge(share float64, width int) string {
	full, empty := "#", "."
	if t.Unicode {
		full, empty = "█", "░"
	}
	n := min(max(int(share*float64(width)+0.5), 0), width)
	return strings.Repeat(full, n) + strings.Repeat(empty, width-n)
}

// sparkline draws shares from 0 to 1 as one character each.
func (t Terminal) sparkline(shares []float64) string {
	levels := []rune("_.:-=+*#")
	if t.Unicode {
		levels = []rune("▁▂▃▄▅▆▇█")
	}
	var line strings.Builder
	for _, s := range shares {
		n := int(s * float64(len(levels)))
		line.WriteRune(levels[min(max(n, 0), len(levels)-1)])
	}
	return line.String()
}
