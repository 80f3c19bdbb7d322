package lesson

import (
	"fmt"
	"slices"
)

// Question asks for one choice, or for several where more than one is right.
type Question struct {
	// Ask is the question.
	Ask string
	// Choices are the answers offered, in the order in which they are numbered.
	Choices []Choice
	// Explain says in a sentence or two why the right answer is right.
	Explain string
}

// Choice is one answer offered.
type Choice struct {
	// Text is the answer.
	Text string
	// Right tells whether it belongs to the right answer.
	Right bool
	// Why says why a wrong answer tempts and where it errs; empty for a right one.
	Why string
}

// Several reports whether more than one choice is right.
func (q Question) Several() bool {
	n := 0
	for _, c := range q.Choices {
		if c.Right {
			n++
		}
	}
	return n > 1
}

// Right reports whether picks, indices into Choices in any order, are exactly
// the right choices.
func (q Question) Right(picks []int) bool {
	for i, c := range q.Choices {
		if c.Right != slices.Contains(picks, i) {
			return false
		}
	}
	return true
}

// Validate reports what makes a question unfit to be asked.
func (q Question) Validate() error {
	if q.Ask == "" || q.Explain == "" {
		return fmt.Errorf("question %q: it needs a text and an explanation", q.Ask)
	}
	if len(q.Choices) < 3 {
		return fmt.Errorf("question %q: %d choices; want 3 or more", q.Ask, len(q.Choices))
	}
	right := 0
	for _, c := range q.Choices {
		switch {
		case c.Text == "":
			return fmt.Errorf("question %q: a choice is empty", q.Ask)
		case c.Right:
			right++
		case c.Why == "":
			return fmt.Errorf("question %q: wrong choice %q does not say why it tempts", q.Ask, c.Text)
		}
	}
	if right == 0 || right == len(q.Choices) {
		return fmt.Errorf("question %q: %d of %d choices are right", q.Ask, right, len(q.Choices))
	}
	return nil
}
