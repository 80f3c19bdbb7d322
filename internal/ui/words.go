package ui

import "fmt"

// Language gives texts in a reader's language, by the English ones.
type Language interface{ Text(english string) string }

// In returns the terminal of a reader of a language; nil is English.
func (t Terminal) In(l Language) Terminal {
	t.language = l
	return t
}

// say returns a text of byhand's own in the reader's language. Package
// translate looks for what it is called with.
func (t Terminal) say(english string) string {
	if t.language == nil {
		return english
	}
	return t.language.Text(english)
}

// label is a word or two before what they are about.
func (t Terminal) label(english string) string { return t.say(english) + ": " }

// count renders n things.
func (t Terminal) count(n int, thing string) string {
	if n == 1 {
		return t.say("1 " + thing)
	}
	return t.say(fmt.Sprintf("%d %ss", n, thing))
}
