package ui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"byhand/internal/lesson"
)

func TestParseAnswer(t *testing.T) {
	for _, tt := range []struct {
		line    string
		several bool
		want    []int
		err     string
	}{
		{"2", false, []int{1}, ""},
		{" 2 \t", false, []int{1}, ""},
		{"2,2", false, []int{1}, ""},
		{"1,3", true, []int{0, 2}, ""},
		{"3 1", true, []int{2, 0}, ""},
		{"3+1", true, []int{2, 0}, ""},
		{"1, 2,,3", true, []int{0, 1, 2}, ""},
		{"2", true, []int{1}, ""},
		{"1 2", false, nil, "only one choice is right"},
		{"", false, nil, "the line is empty"},
		{" ,", true, nil, "the line is empty"},
		{"0", false, nil, "there is no choice 0"},
		{"4", false, nil, "there is no choice 4"},
		{"-1", false, nil, "there is no choice -1"},
		{"b\x1b", false, nil, `"b" is not a number`},
		{"99999999999999999999", false, nil, `"99999999999999999999" is not a number`},
	} {
		got, err := parseAnswer(tt.line, 3, tt.several)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if !slices.Equal(got, tt.want) || message != tt.err {
			t.Errorf("parseAnswer(%q, 3, %v) = %v, %q; want %v, %q", tt.line, tt.several, got, message, tt.want, tt.err)
		}
	}
}

// pipe returns a people's screen that reads text from a pipe, the pipe's
// reading end and what the screen writes.
func pipe(t *testing.T, text string) (*people, *os.File, *bytes.Buffer) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	if _, err := w.WriteString(text); err != nil {
		t.Fatal(err)
	}
	w.Close()
	p, out := record(Terminal{})
	p.in.file = r
	return p, r, out
}

func TestAskLine(t *testing.T) {
	for _, tt := range []struct {
		name, typed string
		q           lesson.Question
		want        []int
		left        string
	}{
		{"one", "2\nrest\n", one(), []int{1}, "rest\n"},
		{"several, sorted", "3 1\n", two(), []int{0, 2}, ""},
		{"carriage return", "2\r\n", one(), []int{1}, ""},
		{"no line feed at the end", "2", one(), []int{1}, ""},
		{"again", "\nno\n7\n3\n", one(), []int{2}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, r, _ := pipe(t, tt.typed)
			got, err := p.Ask(t.Context(), 1, 8, tt.q)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("Ask = %v, %v; want %v", got, err, tt.want)
			}
			// The rest of the input is for whoever reads it next.
			if left, err := io.ReadAll(r); err != nil || string(left) != tt.left {
				t.Errorf("left in the pipe: %q, %v; want %q", left, err, tt.left)
			}
		})
	}
}

func TestAskLineShows(t *testing.T) {
	p, _, out := pipe(t, "4\n1,\x1b[2J\n1 3\n")
	if _, err := p.Ask(t.Context(), 2, 8, two()); err != nil {
		t.Fatal(err)
	}
	p.Graded(two(), []int{0, 2})
	equal(t, "a question", "\n"+out.String(), `
Question 2 of 8
Which files belong to /proc?
  1. mounts
  2. fstab
  3. self
answer, one number or more from 1 to 3, such as 1 3: 4
not accepted: there is no choice 4; type one number or more from 1 to 3, such as
              1 3
answer, one number or more from 1 to 3, such as 1 3: 1,[2J
not accepted: "[2J" is not a number; type one number or more from 1 to 3, such
              as 1 3
answer, one number or more from 1 to 3, such as 1 3: 1 3

right: The kernel makes both up when they are read.
`)
}

func TestGraded(t *testing.T) {
	for _, tt := range []struct {
		q     lesson.Question
		picks []int
		want  string
	}{
		{one(), []int{1}, `
right: PIDs are counted per namespace.
`},
		{one(), []int{2}, `
WRONG: the answer is 2
why: PIDs are counted per namespace.
3. the kernel
   It came first, and is no process.
`},
		{two(), []int{0}, `
WRONG: the answer is 1 and 3
why: The kernel makes both up when they are read.
`},
		{two(), []int{0, 1, 2}, `
WRONG: the answer is 1 and 3
why: The kernel makes both up when they are read.
2. fstab
   It lists mounts, too, but nobody needs to obey it.
`},
	} {
		p, out := record(Terminal{})
		p.Graded(tt.q, tt.picks)
		equal(t, "Graded", "\n"+out.String(), tt.want)
	}
}

// number is a question for a number.
func number() lesson.Question {
	return lesson.Question{
		Key: "quota", Ask: "How long may it run?",
		Number:  &lesson.Number{Is: 20, Within: 10, Unit: "ms", Traps: []lesson.Trap{{Is: 5, Why: "That is of one CPU."}}, Why: "It is what was written."},
		Explain: "5 % of four CPUs.",
	}
}

// tried is a prediction that was tried out.
func tried(t *testing.T, output string) lesson.Question {
	t.Helper()
	q := lesson.Question{
		Key: "self", Ask: "What does it print?", Explain: "It is the first.", Try: &lesson.Try{},
		Choices: []lesson.Choice{{Text: "1", Shows: "^1$"}, {Text: "more", Why: "So it is outside.", Shows: "^..+$"}, {Text: "none", Why: "All have one.", Shows: "^$"}},
	}
	q, err := q.Settle(lesson.Seen{Shell: "unshare --pid --fork sh -c 'echo $$'", Output: output})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAskNumber(t *testing.T) {
	p, _, out := pipe(t, "x\n18\n")
	picks, err := p.Ask(t.Context(), 1, 1, number())
	if err != nil || !slices.Equal(picks, []int{18}) {
		t.Errorf("Ask = %v, %v; want [18]", picks, err)
	}
	p.Graded(number(), picks)
	p.Graded(number(), []int{5})
	p.Graded(number(), []int{17})
	equal(t, "a question for a number", "\n"+out.String(), `
Question 1 of 1
How long may it run?
answer, a whole number of ms: x
not accepted: "x" is not a whole number; type a whole number of ms
answer, a whole number of ms: 18

right: 5 % of four CPUs.
WRONG: the answer is 20 ms
why: 5 % of four CPUs.
5: That is of one CPU.
WRONG: the answer is 20 ms
why: 5 % of four CPUs.
17: It is what was written.
`)
}

func TestGradedPrediction(t *testing.T) {
	p, out := record(Terminal{})
	p.Graded(tried(t, "NSpid: 4711 1\n1\n"), []int{1})
	equal(t, "a prediction", "\n"+out.String(), `
$ unshare --pid --fork sh -c 'echo $$'

kernel | NSpid: 4711 1
kernel | 1

WRONG: the answer is 1
why: It is the first.
2. more
   So it is outside.
`)
}

// TestAnswersGiven answers without anybody there, and does not read the input.
func TestAnswersGiven(t *testing.T) {
	p, r, out := pipe(t, "3\n")
	p.answers = [][]int{{1}, {0, 2}}
	for n, q := range []lesson.Question{one(), two()} {
		if picks, err := p.Ask(t.Context(), n+1, 2, q); err != nil || !slices.Equal(picks, p.answers[n]) {
			t.Errorf("Ask = %v, %v; want %v", picks, err, p.answers[n])
		}
	}
	for _, want := range []string{"3. the kernel\nanswer: 2\n", "answer: 1 and 3\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("shown: %s\nwant it to contain %q", out, want)
		}
	}
	if left, _ := io.ReadAll(r); string(left) != "3\n" {
		t.Errorf("left in the pipe: %q; want all of it", left)
	}
}

func TestAskEnds(t *testing.T) {
	for _, typed := range []string{"", "no\n"} {
		p, _, _ := pipe(t, typed)
		if got, err := p.Ask(t.Context(), 1, 8, one()); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("Ask after %q = %v, %v; want %v", typed, got, err, ErrNoAnswer)
		}
	}
	p, r, _ := pipe(t, strings.Repeat("y\n", 2*maxTries))
	if got, err := p.Ask(t.Context(), 1, 8, one()); err == nil || errors.Is(err, ErrNoAnswer) {
		t.Errorf("Ask of one who only says y = %v, %v; want another error than %v", got, err, ErrNoAnswer)
	}
	r.Close()
	if got, err := p.Ask(t.Context(), 1, 8, one()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Ask with the input closed = %v, %v; want %v", got, err, os.ErrClosed)
	}
}

func TestAskLongLine(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := w.WriteString(strings.Repeat("1", 2*maxLine)); err != nil {
		t.Fatal(err)
	}
	// No line feed will come, and yet it must not wait for one, nor fill the memory.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	in := &input{file: r}
	if line, err := in.line(ctx); err != nil || len(line) != maxLine+1 {
		t.Errorf("line of an endless line = %d bytes, %v; want %d", len(line), err, maxLine+1)
	}
}

func TestAskCancelled(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	p, _ := record(Terminal{})
	p.in.file = r
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	if got, err := p.Ask(ctx, 1, 8, one()); !errors.Is(err, context.Canceled) {
		t.Errorf("Ask = %v, %v; want %v", got, err, context.Canceled)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("Ask returned %v after it was cancelled; want at once", d)
	}
}

func TestPausePipe(t *testing.T) {
	p, r, out := pipe(t, "x\n")
	if err := p.Pause(t.Context(), ""); err != nil || out.Len() > 0 {
		t.Errorf("Pause = %v, shown %q; want nil and nothing", err, out)
	}
	if left, _ := io.ReadAll(r); string(left) != "x\n" {
		t.Errorf("Pause left %q in the pipe; want all of it", left)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Pause(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("Pause when cancelled = %v; want %v", err, context.Canceled)
	}
}
