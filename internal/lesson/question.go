package lesson

import (
	"errors"
	"fmt"
	"slices"
)

// Question asks for one choice, for several where more than one is right, for
// a whole number, or for a prediction that is then tried out.
type Question struct {
	// Key names the question within its lesson. What a learner answered is kept
	// under it, so it stays when the text is rewritten.
	Key string
	// Ask is the question. {1} and {2} stand for the numbers that Try draws.
	Ask string
	// Choices are the answers offered, in the order in which they are numbered;
	// none for a question for a number.
	Choices []Choice
	// Number, where set, is the answer to a question for a number.
	Number *Number
	// Try, where set, makes it a prediction: which answer is right is found out
	// on the machine once an answer was given.
	Try *Try
	// Explain says in a sentence or two why the right answer is right.
	Explain string

	// Drawn are the numbers in Ask, once the question was posed.
	Drawn []int
	// Seen is what trying it out has shown.
	Seen *Seen
}

// Choice is one answer offered.
type Choice struct {
	// Text is the answer.
	Text string
	// Right tells whether it belongs to the right answer. Of a prediction that
	// is not known before it was tried out.
	Right bool
	// Why says why a wrong answer tempts and where it errs; empty for a right one.
	Why string
	// Shows is a regular expression for the last line that a Try prints if this
	// is what happens.
	Shows string
}

// Number is the answer to a question for a whole number.
type Number struct {
	// Is is the number; of a prediction, once it was tried out.
	Is int
	// Within says how far from it, in percent, an answer is still right.
	Within int
	// Unit is what is counted, such as "processes".
	Unit string
	// Traps are wrong numbers that tempt.
	Traps []Trap
	// Why says what tempts to any other number, and where that errs.
	Why string
}

// Trap is a wrong number that tempts.
type Trap struct {
	// Is is the number.
	Is int
	// Why says why it tempts and where it errs.
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

// Right reports whether picks are the answer: exactly the right choices as
// indices into Choices, in any order, or the number.
func (q Question) Right(picks []int) bool {
	if q.Try != nil && q.Seen == nil {
		return false
	}
	if q.Number != nil {
		return len(picks) == 1 && q.Number.right(picks[0])
	}
	for i, c := range q.Choices {
		if c.Right != slices.Contains(picks, i) {
			return false
		}
	}
	return true
}

func (n Number) right(answer int) bool {
	off := answer - n.Is
	return 100*max(off, -off) <= n.Within*max(n.Is, -n.Is)
}

// Wrong says why a wrong number tempts.
func (n Number) Wrong(answer int) string {
	for _, t := range n.Traps {
		if t.Is == answer {
			return t.Why
		}
	}
	return n.Why
}

// Validate reports what makes a question unfit to be asked.
func (q Question) Validate() error {
	if err := q.validate(); err != nil {
		return fmt.Errorf("question %q: %w", q.Ask, err)
	}
	return nil
}

func (q Question) validate() error {
	switch {
	case q.Key == "" || q.Ask == "" || q.Explain == "":
		return errors.New("it needs a key, a text and an explanation")
	case q.Try != nil && q.Try.Shell == nil:
		return errors.New("it is to be tried out, and does not say how")
	case q.Number != nil:
		if len(q.Choices) > 0 || q.Number.Unit == "" || q.Number.Why == "" {
			return errors.New("a number needs a unit, a reason why others tempt, and no choices")
		}
		return nil
	case len(q.Choices) < 3:
		return fmt.Errorf("%d choices; want 3 or more", len(q.Choices))
	}
	right := 0
	for _, c := range q.Choices {
		switch {
		case c.Text == "":
			return errors.New("a choice is empty")
		case q.Try != nil && (c.Shows == "" || c.Right):
			return fmt.Errorf("choice %q does not say what would show it, or claims to be right beforehand", c.Text)
		case c.Right, q.Try != nil && c.Why == "":
			right++
		case c.Why == "":
			return fmt.Errorf("wrong choice %q does not say why it tempts", c.Text)
		}
	}
	switch {
	case q.Try != nil && right > 1:
		return fmt.Errorf("%d choices do not say why they tempt; want one at most", right)
	case q.Try == nil && (right == 0 || right == len(q.Choices)):
		return fmt.Errorf("%d of %d choices are right", right, len(q.Choices))
	}
	return nil
}
