package lessons

import (
	"strings"
	"testing"
)

// parts are what a presenter looks for.
var parts = []string{"Timing", "What to say", "In the second terminal", "Ask the class", "What they will get wrong"}

// TestNotes wants of every lesson what a presenter needs to know, and little more.
func TestNotes(t *testing.T) {
	const enough = 800 // words: two pages
	for _, l := range Syllabus() {
		text, err := Notes(l.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.HasPrefix(text, "# Presenter's notes: "+l.Name+"\n") {
			t.Errorf("notes on %s begin with %.40q; want their title", l.Name, text)
		}
		for _, part := range parts {
			_, body, found := strings.Cut(text, "\n## "+part+"\n")
			body, _, _ = strings.Cut(body, "\n## ")
			if !found || len(strings.Fields(body)) < 10 {
				t.Errorf("notes on %s, %q: %q; want some words", l.Name, part, body)
			}
		}
		if n := len(strings.Fields(text)); n > enough {
			t.Errorf("notes on %s have %d words; want %d at most", l.Name, n, enough)
		}
	}
}
