package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/internal/lesson"
	"byhand/lessons"
)

// climbs is the question in which numbers are drawn, with the places of two.
var climbs = regexp.MustCompile(`stands (\d) directories below / and runs cd \.\. (\d) times`)

// TestReviewDrawsAnew misses a question in which numbers are drawn, and has it
// asked again and again on a terminal: not always with the same numbers.
func TestReviewDrawsAnew(t *testing.T) {
	l := lessons.Syllabus()[0]
	if why := lack(t, l); why != "" {
		t.Skipf("this machine can't: %s", why)
	}
	home := unlocked(t)
	at := slices.IndexFunc(l.Quiz, func(q lesson.Question) bool { return q.Key == "climb" })
	missed := byhand(t, home, "quiz", l.Name, "--answers", strings.Repeat("-,", at)+"99")
	if out, err := missed.CombinedOutput(); err != nil || !strings.Contains(string(out), "0 of 1 answer right") {
		t.Fatalf("%s = %v; want one wrong answer: %s", missed, err, out)
	}
	drawn := map[string]bool{}
	for range 7 { // they are the same each time once in 25^6
		x := onTerminal(t, 24, 120, byhand(t, home, "review", "--plain"))
		x.awaitText("answer, a whole number of directories", 1)
		numbers := climbs.FindString(strings.Join(strings.Fields(x.text()), " "))
		if numbers == "" {
			t.Fatalf("asked was %q; want the question climb", x.text())
		}
		drawn[numbers] = true
		x.press("\x03")
		if got := x.status(20 * time.Second); got != 130 {
			t.Errorf("status %d after Ctrl-C; want 130", got)
		}
	}
	if len(drawn) < 2 {
		t.Errorf("7 times the numbers were %v; want others", drawn)
	}
}

// TestReviewIsTriedOut answers rightly with each seed's numbers, which only the
// kernel of this machine knows: what is tried out is what was asked.
func TestReviewIsTriedOut(t *testing.T) {
	l := lessons.Syllabus()[0]
	if why := lack(t, l); why != "" {
		t.Skipf("this machine can't: %s", why)
	}
	at := slices.IndexFunc(l.Quiz, func(q lesson.Question) bool { return q.Key == "climb" })
	for _, seed := range []string{"1", "2", "3"} {
		home := unlocked(t)
		if out, err := byhand(t, home, "quiz", l.Name, "--answers", strings.Repeat("-,", at)+"99").CombinedOutput(); err != nil {
			t.Fatalf("quiz = %v: %s", err, out)
		}
		asked, err := byhand(t, home, "review", "--json", "--seed", seed).Output()
		if err != nil {
			t.Fatal(err)
		}
		numbers := climbs.FindStringSubmatch(string(asked))
		if numbers == nil {
			t.Fatalf("review --json --seed %s = %s; want the question climb", seed, asked)
		}
		stands := max(0, int(numbers[1][0])-int(numbers[2][0]))
		out, err := byhand(t, home, "review", "--seed", seed, "--answers", string(rune('0'+stands))).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "1 of 1 answer right") {
			t.Errorf("review --seed %s --answers %d = %v; want that it is right: %s", seed, stands, err, out)
		}
		if out, err := byhand(t, home, "review").CombinedOutput(); err != nil || !strings.Contains(string(out), "nothing is due before") {
			t.Errorf("review after a right answer = %v; want that nothing is due: %s", err, out)
		}
	}
}
