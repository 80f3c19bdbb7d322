package ui

import "strings"

// sequences follows what a program writes to its terminal, as far as it matters
// to a line that is kept at the bottom (console_codes(4), ECMA-48).
type sequences struct {
	state seqState
	// params are those of the control sequence that is being read.
	params []byte
	// tail counts the bytes that are missing of a UTF-8 character.
	tail int

	// alternate tells that a program shows the other screen, as less and vi do.
	alternate bool
	// erased tells that the screen was erased, or part of it.
	erased bool
	// reset tells that the margins of the scrolling region were taken away.
	reset bool
}

type seqState int

const (
	seqGround seqState = iota
	seqEscape
	seqIntermediate
	seqControl
	// seqString is up to a BEL or an ST, as a window's title is.
	seqString
	seqStringEscape
)

// quiet reports whether something else may be written now: not in the midst of
// a sequence or of a character.
func (q *sequences) quiet() bool { return q.state == seqGround && q.tail == 0 }

// read takes in what a program has written.
func (q *sequences) read(text []byte) {
	for _, c := range text {
		q.one(c)
	}
}

func (q *sequences) one(c byte) {
	switch q.state {
	case seqGround:
		q.ground(c)
	case seqEscape:
		q.escape(c)
	case seqIntermediate:
		if c >= 0x30 {
			q.state = seqGround
		}
	case seqControl:
		if c >= 0x40 && c <= 0x7e {
			q.state = seqGround
			q.control(c, string(q.params))
		} else {
			q.params = append(q.params, c)
		}
	case seqString:
		if c == 0x07 {
			q.state = seqGround
		} else if c == 0x1b {
			q.state = seqStringEscape
		}
	case seqStringEscape:
		q.state = seqString
		if c == '\\' {
			q.state = seqGround
		}
	}
}

func (q *sequences) ground(c byte) {
	switch {
	case c == 0x1b:
		q.state, q.tail = seqEscape, 0
	case c < 0x80:
		q.tail = 0
	case c < 0xc0:
		q.tail = max(0, q.tail-1)
	case c < 0xe0:
		q.tail = 1
	case c < 0xf0:
		q.tail = 2
	default:
		q.tail = 3
	}
}

func (q *sequences) escape(c byte) {
	q.state = seqGround
	switch {
	case c == '[':
		q.state, q.params = seqControl, q.params[:0]
	case strings.IndexByte("]PX^_", c) >= 0:
		q.state = seqString
	case c >= 0x20 && c < 0x30:
		q.state = seqIntermediate
	case c == 'c': // RIS
		q.erased, q.reset, q.alternate = true, true, false
	}
}

// control is told a control sequence's last byte and what came before.
func (q *sequences) control(final byte, params string) {
	switch {
	case final == 'J':
		q.erased = true
	case final == 'r' && params == "", final == 'p' && params == "!":
		q.reset = true
	case (final == 'h' || final == 'l') && strings.HasPrefix(params, "?"):
		for mode := range strings.SplitSeq(params[1:], ";") {
			if mode == "47" || mode == "1047" || mode == "1049" {
				q.alternate = final == 'h'
			}
		}
	}
}
