package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"byhand/internal/lesson"
)

// maxTries bounds how often a script may answer with what is not accepted: it
// will not learn, and `yes |` would go on for ever.
const maxTries = 20

// askLine lists the choices and reads a line with the numbers chosen.
func (p *people) askLine(ctx context.Context, q lesson.Question) ([]int, error) {
	p.show(kindQuestion, func(t Terminal) string { return t.choices(q) })
	for try := 1; ; try++ {
		p.show(kindQuestion, func(t Terminal) string {
			return strings.TrimSuffix(t.join(t.prose()-2, Strong, t.say("answer")+", "+t.accepted(q)), "\n") + ": "
		})
		line, err := p.in.line(ctx)
		if err != nil {
			p.endLine()
			return nil, err
		}
		// A terminal has shown what was typed, a pipe has not.
		if !isTerminal(p.in.file) {
			p.show(kindQuestion, func(Terminal) string { return clean(line) + "\n" })
		}
		picks, err := ParseAnswer(line, q)
		if err == nil {
			return picks, nil
		}
		if try == maxTries && !isTerminal(p.in.file) {
			return nil, fmt.Errorf("%d answers in a row were not accepted, the last: %w", try, err)
		}
		p.show(kindQuestion, func(t Terminal) string {
			return t.labelled(0, span{t.label("not accepted"), Warn}, plain(fmt.Sprintf("%s; %s %s", t.say(err.Error()), t.say("type"), t.accepted(q))))
		})
	}
}

// Accepted says what is an answer to a question.
func Accepted(q lesson.Question) string { return Terminal{}.accepted(q) }

func (t Terminal) accepted(q lesson.Question) string {
	switch {
	case q.Number != nil:
		return t.say("a whole number of " + t.say(q.Number.Unit))
	case q.Several():
		return t.say(fmt.Sprintf("one number or more from 1 to %d, such as 1 3", len(q.Choices)))
	}
	return t.say(fmt.Sprintf("a number from 1 to %d", len(q.Choices)))
}

// unaccepted is the error of a line that is no answer. It is said in the
// reader's language where a person typed it.
func unaccepted(why string) error { return errors.New(why) }

// ParseAnswer reads an answer as it is typed, and returns the indices chosen or
// the number. Commas, spaces and plus signs separate.
func ParseAnswer(line string, q lesson.Question) ([]int, error) {
	if q.Number == nil {
		return parseAnswer(line, len(q.Choices), q.Several())
	}
	number, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return nil, unaccepted(fmt.Sprintf("%q is not a whole number", clean(strings.TrimSpace(line))))
	}
	return []int{number}, nil
}

// parseAnswer reads the numbers of the choices in a line, 1 being the first of
// n, and returns their indices. Commas and spaces separate.
func parseAnswer(line string, n int, several bool) ([]int, error) {
	words := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == '+' || r == ' ' || r == '\t' })
	var picks []int
	for _, word := range words {
		number, err := strconv.Atoi(word)
		if err != nil {
			return nil, unaccepted(fmt.Sprintf("%q is not a number", clean(word)))
		}
		if number < 1 || number > n {
			return nil, unaccepted(fmt.Sprintf("there is no choice %d", number))
		}
		if !slices.Contains(picks, number-1) {
			picks = append(picks, number-1)
		}
	}
	switch {
	case len(picks) == 0:
		return nil, unaccepted("the line is empty")
	case len(picks) > 1 && !several:
		return nil, unaccepted("only one choice is right")
	}
	return picks, nil
}
