package ui

import "testing"

func TestSequences(t *testing.T) {
	for _, test := range []struct {
		name, text                      string
		quiet, alternate, erased, reset bool
	}{
		{"words", "words", true, false, false, false},
		{"colour", "\x1b[1;31mred\x1b[0m", true, false, false, false},
		{"within a sequence", "\x1b[1;3", false, false, false, false},
		{"within an escape", "\x1b", false, false, false, false},
		{"within a title", "\x1b]0;title", false, false, false, false},
		{"a title, with BEL", "\x1b]0;title\x07", true, false, false, false},
		{"a title, with ST", "\x1b]0;title\x1b\\", true, false, false, false},
		{"a J in a title", "\x1b]0;\x1b[J\x07", true, false, false, false},
		{"a character set", "\x1b(B", true, false, false, false},
		{"within a character", "caf\xc3", false, false, false, false},
		{"a whole character", "caf\xc3\xa9", true, false, false, false},
		{"erased", "\x1b[H\x1b[2J", true, false, true, false},
		{"erased below", "\x1b[J", true, false, true, false},
		{"erased in the line", "\x1b[K", true, false, false, false},
		{"the other screen", "\x1b[?1049h\x1b[22;0;0t", true, true, false, false},
		{"the other screen, among modes", "\x1b[?7;1049h", true, true, false, false},
		{"and back", "\x1b[?1049h\x1b[?1049l", true, false, false, false},
		{"the cursor hidden", "\x1b[?25l", true, false, false, false},
		{"margins away", "\x1b[r", true, false, false, true},
		{"margins of its own", "\x1b[2;10r", true, false, false, false},
		{"a soft reset", "\x1b[!p", true, false, false, true},
		{"a hard reset", "\x1b[?1049h\x1bc", true, false, true, true},
	} {
		// Whole, and a byte at a time, as read(2) may cut it.
		for _, size := range []int{len(test.text), 1} {
			var q sequences
			for i := 0; i < len(test.text); i += size {
				q.read([]byte(test.text[i:min(i+size, len(test.text))]))
			}
			if q.quiet() != test.quiet || q.alternate != test.alternate || q.erased != test.erased || q.reset != test.reset {
				t.Errorf("%s, %d bytes at a time: quiet, alternate, erased, reset = %v %v %v %v; want %v %v %v %v", test.name, size,
					q.quiet(), q.alternate, q.erased, q.reset, test.quiet, test.alternate, test.erased, test.reset)
			}
		}
	}
}
