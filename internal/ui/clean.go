package ui

import (
	"strings"
	"unicode"
)

// clean makes outside text fit for one line: control characters are dropped,
// so that no file's name can move the cursor or change the colours.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return harmless(r)
	}, s)
}

// cleanLines is clean for text of several lines; it keeps tabs as well.
func cleanLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return harmless(r)
	}, s)
}

// harmless returns r, or -1 where a terminal would obey it instead of showing
// it: controls, and the marks that reverse the direction of writing.
func harmless(r rune) rune {
	switch {
	case unicode.IsControl(r), // C0, DEL and C1
		r == '\u2028', r == '\u2029', // line and paragraph separators
		unicode.Is(unicode.Bidi_Control, r):
		return -1
	}
	return r
}
