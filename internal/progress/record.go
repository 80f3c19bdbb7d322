package progress

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// How tells in which way a lesson came to be done.
type How string

// The ways in which a lesson comes to be done.
const (
	// Did means that byhand made the calls and the learner followed.
	Did How = "do"
	// ByHand means that the learner typed the commands.
	ByHand How = "by-hand"
	// Unlocked means that the lesson was not done, but opened by request.
	Unlocked How = "unlock"
)

// QuizNotAsked is the skip of a lesson whose quiz was not asked.
const QuizNotAsked = "the quiz was not asked"

// Record is what is kept of one lesson.
type Record struct {
	// Done is when the lesson was done, in UTC; zero for one that is not.
	Done time.Time
	// How tells in which way it was done.
	How How
	// Byhand and Kernel are the versions that it was done with.
	Byhand, Kernel string
	// Evidence is what the kernel showed.
	Evidence []Evidence
	// Skips are the reasons for which something was left out.
	Skips []string
	// Quiz is the result of the latest quiz.
	Quiz Quiz
	// Questions are how the lesson's questions stand, by their keys, which
	// stay the same when a question, or another one, is worded anew.
	Questions map[string]Answered
	// Hints are the helps that were asked for.
	Hints []Hint
	// Attempts counts how often the lesson was begun.
	Attempts int
}

// Evidence is one passed check of a step.
type Evidence struct {
	// Step is the title of the step.
	Step string `json:"step"`
	// Check is what was looked at, Want what had to be seen, Got what was.
	Check string `json:"check"`
	Want  string `json:"want"`
	Got   string `json:"got"`
}

// Quiz is how a lesson's questions were answered.
type Quiz struct {
	// Asked and Right count the questions.
	Asked int `json:"asked"`
	Right int `json:"right"`
	// When is when the quiz ended, in UTC.
	When time.Time `json:"when,omitzero"`
}

// fields maps the names of a record's JSON members to its fields. A map, where
// struct tags are usual, lets each member be read, compared and kept by itself.
func (r *Record) fields() map[string]any {
	return map[string]any{
		"done":      &r.Done,
		"how":       &r.How,
		"byhand":    &r.Byhand,
		"kernel":    &r.Kernel,
		"evidence":  &r.Evidence,
		"skips":     &r.Skips,
		"quiz":      &r.Quiz,
		"questions": &r.Questions,
		"hints":     &r.Hints,
		"attempts":  &r.Attempts,
	}
}

// clone copies a record so that no slice or map is shared.
func (r Record) clone() Record {
	r.Questions = maps.Clone(r.Questions)
	r.Hints = slices.Clone(r.Hints)
	r.Evidence = slices.Clone(r.Evidence)
	r.Skips = slices.Clone(r.Skips)
	return r
}

// decodeRecord reads the members that this version knows.
func decodeRecord(members map[string]json.RawMessage) (r Record, err error) {
	fields := r.fields()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		raw, ok := members[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(raw, fields[name]); err != nil {
			return Record{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	return r, nil
}

// mergeRecord returns a copy of members in which every field that differs
// between before and after has its new value. What does not differ keeps the
// form that it was read in, with members of its own that we may not know.
func mergeRecord(members map[string]json.RawMessage, before, after Record) (map[string]json.RawMessage, error) {
	merged := maps.Clone(members)
	if merged == nil {
		merged = map[string]json.RawMessage{}
	}
	var none Record
	old, empty := before.fields(), none.fields()
	for name, field := range after.fields() {
		was, err := encode(old[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		is, err := encode(field)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		unset, err := encode(empty[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		switch {
		case bytes.Equal(is, was):
		case bytes.Equal(is, unset):
			delete(merged, name)
		default:
			merged[name] = is
		}
	}
	return merged, nil
}
