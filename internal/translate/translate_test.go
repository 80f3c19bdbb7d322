package translate

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"byhand/internal/lesson"
)

// course is a small one, with texts of every kind.
func course() []lesson.Lesson {
	return []lesson.Lesson{{
		Name: "roots", Title: "A root", Summary: "make a root", Prose: "# A root",
		Setup: []lesson.Step{{Title: "Gather", Why: "Files."}},
		Steps: []lesson.Step{{Title: "Enter", Why: "There.", Expect: "It fails."}},
		Quiz: []lesson.Question{
			{Key: "a", Ask: "Which {1} of {2}?", Explain: "So.", Choices: []lesson.Choice{{Text: "this", Right: true}, {Text: "that", Why: "Near."}}},
			{Key: "b", Ask: "How many?", Explain: "All.", Number: &lesson.Number{Unit: "files", Why: "Count.", Traps: []lesson.Trap{{Is: 1, Why: "One more."}}}},
		},
	}}
}

// source is a lesson's code, with hints in every form.
func source() fstest.MapFS {
	return fstest.MapFS{
		"roots/lesson.go": {Data: []byte(`package roots
const hint = "a hint of its own"
func verify() any {
	x := lesson.Equal("n", want, got, "it sees " + kind + " and " + "more")
	return []lesson.Check{x, {Hint: hint}, {Hint: fmt.Sprint(x)}, lesson.Equal("n", "w", "g", "plain words")}
}`)},
		"diagnose/diagnose.go": {Data: []byte(`package diagnose
func Shared(n int) string { return fmt.Sprintf("%d are shared", n) }`)},
		"ui/close.go": {Data: []byte(`package ui
func (t Terminal) verdict(n int) string {
	return t.label("done") + t.say(fmt.Sprintf("%s right", t.count(n, "answer"))) + plain("no word of ours")
}`)},
		"roots/lesson_test.go": {Data: []byte("package roots\nvar c = lesson.Check{Hint: \"no text of a lesson's\"}")},
	}
}

func TestTexts(t *testing.T) {
	got, err := Texts(course(), source())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"A root", "make a root", "Gather", "Files.", "Enter", "There.", "It fails.", "Which {1} of {2}?", "So.", "this", "that", "Near.",
		"How many?", "All.", "files", "Count.", "One more.", "it sees {} and more", "a hint of its own", "plain words", "{} are shared", "done", "{} right", "1 answer", "{} answers"}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Texts = %q\nwant %q", got, want)
	}
}

// TestMissingPartsAreFound looks at a language that nobody speaks, and that
// lacks something of every kind.
func TestMissingPartsAreFound(t *testing.T) {
	faults, err := Faults(os.DirFS("testdata/lang"), "xx", course(), source())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"xx/roots.md is missing",
		`xx/texts.json has nothing for "It fails."`,
		`xx/texts.json lacks "One more."`,
		`xx/texts.json: "Eliw {1}?" has other places than "Which {1} of {2}?"`,
		`xx/texts.json lacks "it sees {} and more"`,
		`xx/texts.json lacks "done"`,
		`xx/texts.json translates what nobody says: "Old."`,
	}
	slices.Sort(want)
	slices.Sort(faults)
	if !slices.Equal(faults, want) {
		t.Errorf("Faults = %s\nwant %s", strings.Join(faults, "\n"), strings.Join(want, "\n"))
	}
	faults, err = Faults(os.DirFS("testdata/lang"), "yy", course(), source())
	if err != nil || len(faults) > 0 {
		t.Errorf("Faults of a whole language = %q, %v; want none", faults, err)
	}
}

func TestText(t *testing.T) {
	c, err := Choose(os.DirFS("testdata/lang"), "yy_ZZ.UTF-8")
	if err != nil {
		t.Fatal(err)
	}
	for english, want := range map[string]string{
		"A root":                  "Y A root",
		"Which 3 of 12?":          "Y 12: 3?",
		"it sees a\nb and more":   "Y more, a\nb",
		"no lesson says it":       "no lesson says it",
		"it sees nothing at all":  "it sees nothing at all",
		"Which {1} of {2}? Which": "Which {1} of {2}? Which",
	} {
		if got := c.Text(english); got != want {
			t.Errorf("Text(%q) = %q; want %q", english, got, want)
		}
	}
	if got := c.Prose("roots", "# A root"); got != "# Y\n" {
		t.Errorf("Prose = %q; want the one of the language", got)
	}
	if got := c.Prose("other", "# Other"); got != "# Other" {
		t.Errorf("Prose of one that is missing = %q; want English", got)
	}
	for _, english := range []string{"", "en", "en_GB.UTF-8", "C", "POSIX", "C.UTF-8"} {
		c, err := Choose(os.DirFS("testdata/lang"), english)
		if c != nil || err != nil {
			t.Errorf("Choose(%q) = %v, %v; want English", english, c, err)
		}
		if got := c.Text("A root"); got != "A root" {
			t.Errorf("in English, Text = %q", got)
		}
	}
	if _, err := Choose(os.DirFS("testdata/lang"), "zz"); err == nil || !strings.Contains(err.Error(), "en, xx, yy") {
		t.Errorf("Choose(zz) = %v; want it to name the languages", err)
	}
}
