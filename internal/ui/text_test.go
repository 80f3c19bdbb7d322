package ui

import (
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ in, line, lines string }{
		{"plain", "plain", "plain"},
		{"a\x1b[31mred\x1b[0m", "a[31mred[0m", "a[31mred[0m"},
		{"bell\a back\b del\x7f nul\x00", "bell back del nul", "bell back del nul"},
		{"c1 \u009b2J", "c1 2J", "c1 2J"},
		{"two\nlines\tand\rmore", "two lines andmore", "two\nlines\tandmore"},
		{"exe\u202etxt", "exetxt", "exetxt"},
		{"naïve 日本 e\u0301", "naïve 日本 e\u0301", "naïve 日本 e\u0301"},
		{"broken \xff\xfe", "broken \ufffd\ufffd", "broken \ufffd\ufffd"},
	} {
		if got := clean(tt.in); got != tt.line {
			t.Errorf("clean(%q) = %q; want %q", tt.in, got, tt.line)
		}
		if got := cleanLines(tt.in); got != tt.lines {
			t.Errorf("cleanLines(%q) = %q; want %q", tt.in, got, tt.lines)
		}
	}
}

func TestASCII(t *testing.T) {
	const in = "“a” → b … ┌─┐║▶ é"
	for _, tt := range []struct {
		unicode         bool
		lesson, picture string
	}{
		{true, in, in},
		{false, `"a" -> b ... +-+|> é`, `"a" > b . +-+|> é`},
	} {
		term := Terminal{Unicode: tt.unicode}
		if got := term.lesson(in); got != tt.lesson {
			t.Errorf("lesson(%q), Unicode %v = %q; want %q", in, tt.unicode, got, tt.lesson)
		}
		if got := term.picture(in); got != tt.picture {
			t.Errorf("picture(%q), Unicode %v = %q; want %q", in, tt.unicode, got, tt.picture)
		}
	}
}

// Every line, corner and block has a substitute, so that no picture needs
// more than ASCII.
func TestASCIIPictures(t *testing.T) {
	for r := '\u2500'; r <= '\u259f'; r++ {
		if got := asciiRune(r); got < ' ' || got > '~' {
			t.Errorf("asciiRune(%q) = %q; want a printable ASCII character", r, got)
		}
	}
	for r, want := range map[rune]rune{'═': '=', '│': '|', '╱': '/', '╲': '\\', '◀': '<', '▲': '^', '▼': 'v', '•': '*', '’': '\'', '×': 'x', '—': '-', '╬': '+', '█': '#', 'é': 'é'} {
		if got := asciiRune(r); got != want {
			t.Errorf("asciiRune(%q) = %q; want %q", r, got, want)
		}
	}
}

func TestPaint(t *testing.T) {
	for _, tt := range []struct {
		role   Role
		colour bool
		want   string
	}{
		{Done, false, "x[1m"},
		{Plain, true, "x[1m"},
		{Done, true, "\x1b[32mx[1m\x1b[0m"},
		{Strong, true, "\x1b[1mx[1m\x1b[22m"},
	} {
		if got := (Terminal{Colour: tt.colour}).Paint(tt.role, "x\x1b[1m"); got != tt.want {
			t.Errorf("Paint(%d), colour %v = %q; want %q", tt.role, tt.colour, got, tt.want)
		}
	}
	// Each role but Plain has a look of its own, apart from those that share one.
	for r := Done; r <= roleKernel; r++ {
		if (Terminal{Colour: true}).Paint(r, "x") == "x" {
			t.Errorf("Paint(%d) leaves text as it is; want a colour", r)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name        string
		in          string
		first, rest int
		want        []string
	}{
		{"fits", "one two", 7, 7, []string{"one two"}},
		{"between words", "one two", 6, 6, []string{"one", "two"}},
		{"spaces within stay", "a   b c", 6, 6, []string{"a   b", "c"}},
		{"spaces at a break vanish", "abc   def", 4, 4, []string{"abc", "def"}},
		{"indent stays", "  ab cd", 5, 5, []string{"  ab", "cd"}},
		{"long word", "abcdefgh", 3, 3, []string{"abc", "def", "gh"}},
		{"path", "/usr/local/share", 12, 12, []string{"/usr/local/", "share"}},
		{"first shorter", "a bcd efg", 2, 9, []string{"a", "bcd efg"}},
		{"word below the mark", "abcd e", 2, 6, []string{"", "abcd e"}},
		{"empty", "", 5, 5, []string{""}},
		{"line feeds", "a\n\nb", 5, 5, []string{"a", "", "b"}},
		{"wide", "日本語", 5, 5, []string{"日本", "語"}},
		{"wider than the line", "日本", 1, 1, []string{"日", "本"}},
		{"accents join", "e\u0301e\u0301 e\u0301", 2, 2, []string{"e\u0301e\u0301", "e\u0301"}},
		{"spaces at the end", "a  ", 9, 9, []string{"a"}},
		{"tabs", "Uid:\t0\t0", 6, 6, []string{"Uid: 0", "0"}},
		{"no width", "ab", 0, -1, []string{"a", "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, line := range wrap(plain(tt.in), tt.first, tt.rest) {
				got = append(got, Terminal{}.paintLine(line))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("wrap(%q, %d, %d) = %q; want %q", tt.in, tt.first, tt.rest, got, tt.want)
			}
		})
	}
}

func TestWrapKeepsRoles(t *testing.T) {
	in := []span{{"see ", Plain}, {"mount", Strong}, {", twice", Plain}}
	var got []string
	for _, line := range wrap(in, 10, 10) {
		got = append(got, Terminal{Colour: true}.paintLine(line))
	}
	want := "see \x1b[1mmount\x1b[22m,\ntwice"
	if strings.Join(got, "\n") != want {
		t.Errorf("wrap(%v) = %q; want %q", in, got, want)
	}
}
