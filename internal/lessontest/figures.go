package lessontest

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"byhand/internal/lesson"
	"byhand/internal/runner"
)

// EnvRepeat names the variable that says how often Figures measures.
const EnvRepeat = "BYHAND_REPEAT"

// figure is one thing that a lesson shows, and what came out each time.
type figure struct {
	step, name string
	// seen are what was wanted and got, the times in a row.
	seen   []string
	within int
}

// Figures goes through a lesson some times as a learner does, in a fresh bench
// each time, and counts how often each figure of the steps with these titles is
// within the tolerance that the lesson states: it must be so every time. Twice,
// unless the environment says otherwise.
func Figures(t *testing.T, l lesson.Lesson, titles ...string) {
	ready(t, l)
	times := 2
	if text := os.Getenv(EnvRepeat); text != "" {
		var err error
		if times, err = strconv.Atoi(text); err != nil || times < 1 {
			t.Fatalf("%s=%q; want a number of times", EnvRepeat, text)
		}
	}
	var figures []*figure
	for n := range times {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			b := prepared(t, nil)
			for _, s := range l.All() {
				if !slices.Contains(titles, s.Title) {
					do(t, s, b)
					continue
				}
				if err := s.Do(t.Context(), b); err != nil {
					t.Fatalf("step %q: Do = %v", s.Title, err)
				}
				checks, err := runner.Settle(t.Context(), s, b)
				if err != nil {
					t.Fatalf("step %q: Verify = %v", s.Title, err)
				}
				for _, c := range checks {
					c.Name = strings.ReplaceAll(c.Name, b.GroupName(), "sandbox")
					figures = note(figures, s.Title, c)
				}
			}
		})
	}
	if len(figures) == 0 {
		t.Fatalf("no figures of steps %q", titles)
	}
	for _, f := range figures {
		t.Logf("%s: %s: %d of %d\n\t%s", f.step, f.name, f.within, times, strings.Join(f.seen, "\n\t"))
		if f.within != times {
			t.Errorf("%s: %s: within its tolerance %d times; want %d", f.step, f.name, f.within, times)
		}
	}
}

// note adds what came out to the figure of that name.
func note(figures []*figure, step string, c lesson.Check) []*figure {
	i := slices.IndexFunc(figures, func(f *figure) bool { return f.step == step && f.name == c.Name })
	if i < 0 {
		i = len(figures)
		figures = append(figures, &figure{step: step, name: c.Name})
	}
	f := figures[i]
	verdict := "not within: "
	if c.OK {
		verdict = ""
		f.within++
	}
	f.seen = append(f.seen, fmt.Sprintf("%swant %s; got %s", verdict, c.Want, c.Got))
	return figures
}
