package ui

import "strings"

// lesson returns a text of the lesson's in the reader's language, as the
// terminal can show it.
func (t Terminal) lesson(s string) string { return t.letters(t.say(s)) }

// letters returns a text in those characters that the terminal can show.
func (t Terminal) letters(s string) string {
	s = cleanLines(s)
	if t.Unicode {
		return s
	}
	// In running text these may become longer.
	s = strings.NewReplacer("…", "...", "→", "->", "←", "<-").Replace(s)
	return strings.Map(asciiRune, s)
}

// picture returns a drawing as the terminal can show it, each character in
// the column where it was drawn.
func (t Terminal) picture(s string) string {
	s = cleanLines(s)
	if t.Unicode {
		return s
	}
	return strings.Map(asciiRune, s)
}

// asciiRune returns the ASCII character nearest to a line, an arrow or a
// punctuation mark; every other rune is returned as it is.
func asciiRune(r rune) rune {
	switch r {
	case '─', '━', '┄', '┅', '┈', '┉', '╌', '╍', '╴', '╶', '╸', '╺', '╼', '╾', '–', '—', '−':
		return '-'
	case '═':
		return '='
	case '│', '┃', '┆', '┇', '┊', '┋', '║', '╎', '╏', '╵', '╷', '╹', '╻', '╽', '╿':
		return '|'
	case '╱':
		return '/'
	case '╲':
		return '\\'
	case '→', '▶', '►', '▸', '⇒':
		return '>'
	case '←', '◀', '◄', '◂', '⇐':
		return '<'
	case '↑', '▲', '△':
		return '^'
	case '↓', '▼', '▽':
		return 'v'
	case '•', '●', '■':
		return '*'
	case '·', '…':
		return '.'
	case '‘', '’':
		return '\''
	case '“', '”':
		return '"'
	case '×':
		return 'x'
	}
	switch {
	case r >= '\u2500' && r <= '\u257f': // the other box drawings are corners and crossings
		return '+'
	case r >= '\u2580' && r <= '\u259f': // block elements
		return '#'
	}
	return r
}
