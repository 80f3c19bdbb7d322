package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"byhand/internal/lesson"
)

// Ask puts a question and waits for an answer: from a menu where the terminal
// has room for one, otherwise from a line with the choices' numbers. It
// returns context.Canceled when the person presses Ctrl-C, and ErrNoAnswer
// when the input ends.
func (p *people) Ask(ctx context.Context, n, total int, q lesson.Question) ([]int, error) {
	p.show(kindQuestion, func(t Terminal) string {
		number := fmt.Sprintf("Question %d of %d", n, total)
		return t.join(t.prose(), Dim, number) + t.join(t.prose(), Strong, t.lesson(q.Ask))
	})
	choose := p.askLine
	if t := p.look(); t.Interactive {
		if options, ok := t.menu(q); ok {
			choose = func(ctx context.Context, q lesson.Question) ([]int, error) {
				return p.askMenu(ctx, t, q.Several(), options)
			}
		}
	}
	picks, err := choose(ctx, q)
	if errors.Is(err, io.EOF) {
		err = ErrNoAnswer
	}
	if err != nil {
		return nil, fmt.Errorf("question %d of %d: %w", n, total, err)
	}
	slices.Sort(picks)
	return picks, nil
}

// Graded shows whether the answer was right and why, and for each wrong pick
// why it tempts.
func (p *people) Graded(q lesson.Question, picks []int) {
	p.show(kindGraded, func(t Terminal) string {
		var text string
		if q.Right(picks) {
			text = t.labelled(0, span{"right: ", Done}, plain(t.lesson(q.Explain)))
		} else {
			var right []string
			for i, c := range q.Choices {
				if c.Right {
					right = append(right, fmt.Sprint(i+1))
				}
			}
			text = t.labelled(0, span{"WRONG: ", Error}, plain("the answer is "+strings.Join(right, " and "))) +
				t.labelled(0, span{"why: ", Strong}, plain(t.lesson(q.Explain)))
		}
		for i, c := range q.Choices {
			if slices.Contains(picks, i) && !c.Right {
				text += t.choice(0, i, c) + t.hang(t.prose(), span{text: "   "}, span{text: "   "}, plain(t.lesson(c.Why)))
			}
		}
		return text
	})
}

// choice renders the i-th choice with its number.
func (t Terminal) choice(depth, i int, c lesson.Choice) string {
	mark := fmt.Sprintf("%*s%d. ", depth, "", i+1)
	return t.hang(t.prose(), span{text: mark}, span{text: strings.Repeat(" ", len(mark))}, plain(t.lesson(c.Text)))
}

// Pause waits for Enter where a person is there to press it.
func (p *people) Pause(ctx context.Context, prompt string) error {
	if !p.look().Interactive {
		return ctx.Err()
	}
	if prompt == "" {
		prompt = "press Enter to go on"
	}
	p.show(kindPause, func(t Terminal) string {
		return strings.TrimSuffix(t.join(t.prose()-1, Dim, t.lesson(prompt)), "\n") + " "
	})
	if _, err := p.in.line(ctx); err != nil {
		p.endLine()
		if errors.Is(err, io.EOF) {
			err = ErrNoAnswer
		}
		return fmt.Errorf("pause: %w", err)
	}
	return nil
}

// endLine ends a line that the person's Enter did not end.
func (p *people) endLine() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write("\n")
}
