// Package report says what a learner has done, for handing in: the evidence
// that was seen, the quizzes, the machine. A report can be read back, verified
// as to its form, and put into one table with those of a class.
package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"byhand/internal/lesson"
	"byhand/internal/progress"
)

// Version is the form of the reports that this package writes.
const Version = 1

// Report is what is handed in.
type Report struct {
	// Version is the form's.
	Version int `json:"byhand-report"`
	// Learner is whose report it is.
	Learner string `json:"learner"`
	// Made is when it was made, in UTC.
	Made time.Time `json:"made"`
	// Byhand is the version that made it.
	Byhand string `json:"byhand"`
	// Machine is where it was made.
	Machine Machine `json:"machine"`
	// Lessons are those of the course, in its order.
	Lessons []Lesson `json:"lessons"`
	// Sum is the SHA-256 of the lessons, which shows damage and careless
	// changes. Everybody can compute it: it is no signature.
	Sum string `json:"sum"`
}

// Machine is where a report was made.
type Machine struct {
	// Kernel is its release.
	Kernel string `json:"kernel"`
	// Arch is the processor's kind, CPUs how many there are.
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	// Cgroups says which versions of cgroups are mounted, such as "v2".
	Cgroups string `json:"cgroups"`
}

// Lesson is how the learner stands with a lesson.
type Lesson struct {
	// Name and Title are the lesson's.
	Name  string `json:"lesson"`
	Title string `json:"title"`
	// Done is when it was done; nil for one that is not.
	Done *time.Time `json:"done,omitempty"`
	// How tells in which way: do, by-hand or unlock, which is not done.
	How progress.How `json:"how,omitempty"`
	// Byhand and Kernel are the versions it was done with.
	Byhand string `json:"byhand,omitempty"`
	Kernel string `json:"kernel,omitempty"`
	// Attempts counts how often it was begun.
	Attempts int `json:"attempts,omitempty"`
	// Evidence is what the kernel showed, step by step.
	Evidence []progress.Evidence `json:"evidence,omitempty"`
	// Quiz is the latest quiz.
	Quiz progress.Quiz `json:"quiz"`
	// Questions counts the lesson's questions, Known those of them whose last
	// answer was right.
	Questions int `json:"questions"`
	Known     int `json:"known"`
	// Hints and Skips are the helps that were used and what was left out.
	Hints []progress.Hint `json:"hints,omitempty"`
	Skips []string        `json:"skips,omitempty"`
}

// Earned reports whether the lesson was done, and not just unlocked.
func (l Lesson) Earned() bool { return l.Done != nil && l.How != progress.Unlocked }

// HintCount counts the hints.
func (l Lesson) HintCount() int {
	n := 0
	for _, h := range l.Hints {
		n += h.Count
	}
	return n
}

// New makes the report of a learner's progress through a course.
func New(course []lesson.Lesson, state *progress.State) Report {
	r := Report{Version: Version}
	for _, l := range course {
		record, _ := state.Lesson(l.Name)
		one := Lesson{
			Name: l.Name, Title: l.Title, How: record.How, Byhand: record.Byhand, Kernel: record.Kernel,
			Attempts: record.Attempts, Evidence: record.Evidence, Quiz: record.Quiz, Questions: len(l.Quiz),
			Hints: record.Hints, Skips: record.Skips,
		}
		if !record.Done.IsZero() {
			one.Done = &record.Done
		}
		for _, q := range l.Quiz {
			if stands, asked := record.Questions[q.Key]; asked && !stands.Missed() {
				one.Known++
			}
		}
		r.Lessons = append(r.Lessons, one)
	}
	r.Sum = r.sum()
	return r
}

// sum is what Sum must be.
func (r Report) sum() string {
	text, err := json.Marshal(r.Lessons)
	if err != nil {
		return "" // only a time beyond the year 9999 has no form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Totals are a report in a few numbers.
type Totals struct {
	// Lessons counts those done, of Of.
	Lessons int `json:"lessons"`
	Of      int `json:"of"`
	// Asked and Right are the latest quizzes' answers.
	Asked int `json:"asked"`
	Right int `json:"right"`
	// Hints and Skips count those.
	Hints int `json:"hints"`
	Skips int `json:"skips"`
}

// Totals adds up.
func (r Report) Totals() Totals {
	t := Totals{Of: len(r.Lessons)}
	for _, l := range r.Lessons {
		if l.Earned() {
			t.Lessons++
		}
		t.Asked += l.Quiz.Asked
		t.Right += l.Quiz.Right
		t.Hints += l.HintCount()
		t.Skips += len(l.Skips)
	}
	return t
}

// Count renders n things.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
