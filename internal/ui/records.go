package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"byhand/internal/lesson"
	"byhand/internal/runner"
	"byhand/lab/bench"
	"byhand/lab/sys"
)

// records is the Screen for programs: one JSON object a line. Its field "type"
// is the first and says which of the contract's structs follows.
type records struct {
	now func() time.Time

	// answers are those given beforehand.
	answers [][]int

	mu      sync.Mutex
	encoder *json.Encoder
	fault   error
	workAt  time.Time
}

func newRecords(w io.Writer, now func() time.Time) *records {
	encoder := json.NewEncoder(w)
	// Shell and C keep their <, > and & readable; nothing here is HTML.
	encoder.SetEscapeHTML(false)
	return &records{encoder: encoder, now: now}
}

// Err returns the first error met in writing.
func (r *records) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fault
}

func (r *records) write(object any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.encoder.Encode(object); err != nil && r.fault == nil {
		r.fault = fmt.Errorf("write the lesson as JSON: %w", err)
	}
}

// sentence is an object that holds only a text.
type sentence struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// Open writes an object of type "lesson".
func (r *records) Open(h runner.Header) {
	r.write(struct {
		Type string `json:"type"`
		runner.Header
	}{"lesson", h})
}

// Prose writes nothing: the text is for people, and is in the repository.
func (r *records) Prose(string) {}

// Step writes an object of type "step".
func (r *records) Step(h runner.StepHeader) {
	r.write(struct {
		Type string `json:"type"`
		runner.StepHeader
	}{"step", h})
}

// Source writes an object of type "source".
func (r *records) Source(s runner.Source) {
	r.write(struct {
		Type string `json:"type"`
		runner.Source
	}{"source", s})
}

// Expect writes an object of type "expect".
func (r *records) Expect(text string) { r.write(sentence{"expect", text}) }

// Call writes an object of type "syscall".
func (r *records) Call(c sys.Call) {
	if c.Args == nil {
		c.Args = []string{} // a list in JSON, too, where there are none
	}
	r.write(struct {
		Type string `json:"type"`
		sys.Call
	}{"syscall", c})
}

// Work writes an object of type "work": each operation's last state, and the
// states before it no more often than people get to see them.
func (r *records) Work(w runner.Work) {
	now := r.now()
	r.mu.Lock()
	early := !ended(w) && now.Sub(r.workAt) < workEvery
	if !early {
		r.workAt = now
	}
	r.mu.Unlock()
	if early {
		return
	}
	r.write(struct {
		Type string `json:"type"`
		runner.Work
	}{"work", w})
}

// Meter writes an object of type "meter" for each reading.
func (r *records) Meter(reading bench.Reading) {
	r.write(struct {
		Type string `json:"type"`
		bench.Reading
	}{"meter", reading})
}

// Check writes an object of type "check".
func (r *records) Check(c lesson.Check) {
	r.write(struct {
		Type string `json:"type"`
		lesson.Check
	}{"check", c})
}

// Pause returns at once: no program waits for Enter.
func (r *records) Pause(ctx context.Context, _ string) error { return ctx.Err() }

// quizAsked is an object of type "quiz" for a question that was put.
type quizAsked struct {
	Type    string   `json:"type"`
	N       int      `json:"n"`
	Total   int      `json:"total"`
	Key     string   `json:"key"`
	Ask     string   `json:"ask"`
	Several bool     `json:"several"`
	Predict bool     `json:"predict,omitempty"`
	Choices []string `json:"choices"`
	Unit    string   `json:"unit,omitempty"`
}

// quizGraded is an object of type "quiz" for a question that was answered;
// only here is "ok". Choices are numbered from 1, as people number them; to a
// question for a number, picks and answer hold the number.
type quizGraded struct {
	Type    string   `json:"type"`
	Key     string   `json:"key"`
	Ask     string   `json:"ask"`
	OK      bool     `json:"ok"`
	Picks   []int    `json:"picks"`
	Answer  []int    `json:"answer"`
	Explain string   `json:"explain"`
	Why     []string `json:"why,omitempty"`
	Shell   string   `json:"shell,omitempty"`
	Output  string   `json:"output,omitempty"`
}

// Ask writes an object of type "quiz", and returns the answer that was given
// beforehand, or ErrNoAnswer.
func (r *records) Ask(ctx context.Context, n, total int, q lesson.Question) ([]int, error) {
	asked := quizAsked{Type: "quiz", N: n, Total: total, Key: q.Key, Ask: q.Ask, Several: q.Several(), Predict: q.Try != nil, Choices: []string{}}
	for _, c := range q.Choices {
		asked.Choices = append(asked.Choices, c.Text)
	}
	if q.Number != nil {
		asked.Unit = q.Number.Unit
	}
	r.write(asked)
	if n <= len(r.answers) {
		return r.answers[n-1], ctx.Err()
	}
	return nil, fmt.Errorf("question %d of %d: %w", n, total, ErrNoAnswer)
}

// Graded writes an object of type "quiz" that says how it was answered.
func (r *records) Graded(q lesson.Question, picks []int) {
	graded := quizGraded{Type: "quiz", Key: q.Key, Ask: q.Ask, OK: q.Right(picks), Picks: []int{}, Explain: q.Explain}
	if q.Seen != nil {
		graded.Shell, graded.Output = q.Seen.Shell, q.Seen.Output
	}
	if q.Number != nil {
		graded.Picks, graded.Answer = append(graded.Picks, picks...), []int{q.Number.Is}
		if !graded.OK && len(picks) == 1 {
			graded.Why = []string{q.Number.Wrong(picks[0])}
		}
		r.write(graded)
		return
	}
	for _, i := range picks {
		graded.Picks = append(graded.Picks, i+1)
		if i >= 0 && i < len(q.Choices) && !q.Choices[i].Right {
			graded.Why = append(graded.Why, q.Choices[i].Why)
		}
	}
	for i, c := range q.Choices {
		if c.Right {
			graded.Answer = append(graded.Answer, i+1)
		}
	}
	r.write(graded)
}

// Note writes an object of type "note".
func (r *records) Note(text string) { r.write(sentence{"note", text}) }

// quizEnded is the last object of type "quiz": only here is "questions".
type quizEnded struct {
	Type      string `json:"type"`
	Questions int    `json:"questions"`
	Asked     int    `json:"asked"`
	Right     int    `json:"right"`
}

// Scored writes the last object of type "quiz" of a quiz that was no lesson's.
func (r *records) Scored(s runner.Score) {
	r.write(quizEnded{"quiz", s.Asked + s.Unable, s.Asked, s.Right})
}

// Close writes an object of type "quiz", with what became of it, and one of
// type "result".
func (r *records) Close(result runner.Result) {
	r.write(quizEnded{"quiz", result.Questions, result.Asked, result.Right})
	r.write(struct {
		Type string `json:"type"`
		runner.Result
	}{"result", result})
}
