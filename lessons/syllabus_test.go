package lessons

import (
	"strings"
	"testing"

	"byhand/internal/runner"
	"byhand/lab"
)

// screen is how many lines a function that a lesson shows may have.
const screen = 45

// TestWhatRunsCanBeShown wants the source of every step, in one screen.
func TestWhatRunsCanBeShown(t *testing.T) {
	trees := []runner.Tree{{Top: "lab", Files: lab.Code}, {Top: "lessons", Files: Code}}
	for _, l := range Syllabus() {
		if err := l.Validate(); err != nil {
			t.Error(err)
		}
		for _, s := range l.All() {
			for _, fn := range runner.Functions(s) {
				source, err := runner.SourceOf(trees, fn)
				if err != nil {
					t.Errorf("lesson %s, step %q: SourceOf = %v", l.Name, s.Title, err)
					continue
				}
				if lines := strings.Count(source.Code, "\n") + 1; lines > screen {
					t.Errorf("%s has %d lines; want %d or fewer, so that it fits on a screen", source.Name, lines, screen)
				}
			}
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range Syllabus() {
		if seen[l.Name] {
			t.Errorf("two lessons are called %q", l.Name)
		}
		seen[l.Name] = true
	}
}
