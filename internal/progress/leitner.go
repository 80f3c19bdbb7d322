package progress

import "time"

// Boxes are the boxes of Leitner's card file, from 1. A question in a box is
// due again after the box's rest: what was missed at once, what was known again
// and again ever later.
func Boxes() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{0, day, 3 * day, 7 * day, 21 * day}
}

// Answered is how a question stands with the learner.
type Answered struct {
	// Box is where the question lies, from 1, which holds what was missed.
	Box int `json:"box"`
	// Asked and Right count the answers to it.
	Asked int `json:"asked"`
	Right int `json:"right"`
	// When is when it was answered last, in UTC.
	When time.Time `json:"when"`
}

// Missed reports whether the last answer was wrong.
func (a Answered) Missed() bool { return a.Box == 1 }

// Due is when it is to be asked again.
func (a Answered) Due() time.Time {
	boxes := Boxes()
	return a.When.Add(boxes[min(max(a.Box, 1), len(boxes))-1])
}

// After is how the question stands after one more answer. A wrong one sends it
// back to box 1. A right one moves it up, but only if it was due: to answer ten
// times on one evening is not to know it in three weeks.
func (a Answered) After(right bool, at time.Time) Answered {
	due := !at.Before(a.Due())
	a.Asked++
	switch {
	case !right:
		a.Box = 1
	case a.Box == 0:
		a.Box = 2
	case due:
		a.Box = min(a.Box+1, len(Boxes()))
	}
	if right {
		a.Right++
		if !due {
			// It rests for as long as it would have, counted from then.
			return a
		}
	}
	a.When = at.UTC().Truncate(time.Second)
	return a
}

// Hint is that a learner asked for help with a step.
type Hint struct {
	// Step is the title of the step.
	Step string `json:"step"`
	// Count is how many hints were shown.
	Count int `json:"count"`
	// Command tells whether the last one was the command itself.
	Command bool `json:"command,omitempty"`
}

// Answer notes an answer to the question with a key.
func (r *Record) Answer(key string, right bool, at time.Time) {
	if r.Questions == nil {
		r.Questions = map[string]Answered{}
	}
	r.Questions[key] = r.Questions[key].After(right, at)
}
