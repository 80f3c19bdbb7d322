package ui

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/bench"
	"byhand/lab/sys"
)

// drawn matches what is drawn rather than written.
var drawn = regexp.MustCompile(`[─-╿▀-▟]|--|\|`)

// TestPlain shows all that a lesson shows, and wants only words.
func TestPlain(t *testing.T) {
	var out bytes.Buffer
	s := New(Options{Out: &out, Getenv: func(name string) string {
		return map[string]string{PlainVariable: "1", "LANG": "C.UTF-8", "TERM": "xterm"}[name]
	}})
	s.Open(runner.Header{Number: 1, Total: 2, Name: "a", Title: "A lesson", Summary: "say it", Lab: "/lab"})
	s.Prose("# A lesson\n\n## The picture\n\n```\n+-----+      ┌───┐\n| box | ---> │ b │\n+-----+      └───┘\n```\n")
	s.Step(runner.StepHeader{Number: 1, Total: 1, Title: "Do it", Why: "Because.", Shell: "true"})
	s.Source(runner.Source{Name: "a.b", File: "a.go", Line: 1, Code: "func b() {}"})
	s.Work(runner.Work{What: "copy", Done: 1, Total: 2, Unit: "files"})
	s.Call(sys.Call{PID: 7, Name: "chdir", Args: []string{`"/"`}})
	s.Meter(bench.Reading{What: "hog", Value: 5, Full: 100, Unit: "%"})
	s.Meter(bench.Reading{What: "hog", Value: 6, Full: 100, Unit: "%", Last: true})
	s.Check(lesson.Check{Name: "n", Want: "w", Got: "w", OK: true})
	s.Close(runner.Result{Name: "a", OK: true, Checks: 1})
	text := out.String()
	for _, want := range []string{"drawing:\nbox, to, b\nend of the drawing\n", "\nkernel: [pid 7] chdir(\"/\") = 0\n", "\nhog: 6 %\n", "\nfunc b() {}\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	if at := drawn.FindString(text); at != "" {
		t.Errorf("%q is drawn in %q", at, text)
	}
	if i := strings.IndexFunc(strings.ReplaceAll(text, "\n", ""), unicode.IsControl); i >= 0 {
		t.Errorf("a control character in %q", text)
	}
}
