package ui

import (
	"context"
	"io"
	"strings"
	"time"

	"byhand/internal/xray"
)

// What Live sends to a terminal, as xterm and all that came after it know them.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l" // the other screen, without a cursor
	leaveScreen = "\x1b[?1049l\x1b[?25h"
	toTop       = "\x1b[H"
	eraseRest   = "\x1b[K" // of the line
	eraseBelow  = "\x1b[J"
)

// Live shows sections anew at every interval, until ctx ends or they can't be
// had any more: on a terminal in place, elsewhere by the lines that changed.
func Live(ctx context.Context, out io.Writer, look func() Terminal, every time.Duration, sections func() ([]xray.Section, error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	if look().Live {
		defer func() { _, _ = io.WriteString(out, leaveScreen) }()
		if _, err := io.WriteString(out, enterScreen); err != nil {
			return err
		}
	}
	var before []string
	for {
		now, err := sections()
		if err != nil {
			return err
		}
		t := look()
		lines := t.sections(now)
		text := frame(lines, t)
		if !t.Live {
			text = strings.Join(append(Changed(before, lines), ""), "\n") // nothing where nothing changed
		}
		if _, err := io.WriteString(out, text); err != nil {
			return err
		}
		before = lines
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// frame is a whole screen: each line from its start, so that nothing scrolls
// and nothing of the last one is left.
func frame(lines []string, t Terminal) string {
	if t.Height > 1 && len(lines) > t.Height {
		lines = append(lines[:t.Height-1:t.Height-1], t.more(len(lines)-t.Height+1))
	}
	return toTop + strings.Join(lines, eraseRest+"\n") + eraseRest + eraseBelow
}
