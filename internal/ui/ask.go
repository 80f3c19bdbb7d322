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
		number := t.say(fmt.Sprintf("Question %d of %d", n, total))
		if q.Try != nil {
			number += ": " + t.say("predict; it is tried out once you have answered")
		}
		return t.join(t.prose(), Dim, number) + t.join(t.prose(), Strong, t.lesson(q.Ask))
	})
	choose := p.askLine
	if n <= len(p.answers) {
		choose = p.given(p.answers[n-1])
	} else if t := p.look(); t.Interactive && t.Live && q.Number == nil {
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

// given returns what shows an answer that was given beforehand.
func (p *people) given(picks []int) func(context.Context, lesson.Question) ([]int, error) {
	return func(_ context.Context, q lesson.Question) ([]int, error) {
		p.show(kindQuestion, func(t Terminal) string {
			return t.choices(q) + t.join(t.prose(), Strong, t.label("answer")+t.numbers(q, picks))
		})
		return picks, nil
	}
}

// numbers renders an answer as it is typed.
func (t Terminal) numbers(q lesson.Question, picks []int) string {
	var words []string
	for _, pick := range picks {
		if q.Number == nil {
			pick++
		}
		words = append(words, fmt.Sprint(pick))
	}
	return strings.Join(words, " "+t.say("and")+" ")
}

// right renders the right answer.
func (t Terminal) right(q lesson.Question) string {
	if q.Number != nil {
		return fmt.Sprintf("%d %s", q.Number.Is, t.say(q.Number.Unit))
	}
	var picks []int
	for i, c := range q.Choices {
		if c.Right {
			picks = append(picks, i)
		}
	}
	return t.numbers(q, picks)
}

// Graded shows what trying it out has shown, whether the answer was right and
// why, and for each wrong pick why it tempts.
func (p *people) Graded(q lesson.Question, picks []int) {
	p.seen(q.Seen)
	p.show(kindGraded, func(t Terminal) string {
		var text string
		if q.Right(picks) {
			text = t.labelled(0, span{t.label("right"), Done}, plain(t.lesson(q.Explain)))
		} else {
			text = t.labelled(0, span{t.label("WRONG"), Error}, plain(t.letters(t.say("the answer is")+" "+t.right(q)))) +
				t.labelled(0, span{t.label("why"), Strong}, plain(t.lesson(q.Explain)))
		}
		if q.Number != nil && !q.Right(picks) && len(picks) == 1 {
			text += t.hang(t.prose(), span{text: fmt.Sprintf("%d: ", picks[0])}, span{text: "   "}, plain(t.lesson(q.Number.Wrong(picks[0]))))
		}
		for i, c := range q.Choices {
			if slices.Contains(picks, i) && !c.Right {
				text += t.choice(0, i, c) + t.hang(t.prose(), span{text: "   "}, span{text: "   "}, plain(t.lesson(c.Why)))
			}
		}
		return text
	})
}

// seen shows the commands that a prediction was tried out with, as the shell's,
// and what they printed, as the kernel's answer.
func (p *people) seen(seen *lesson.Seen) {
	if seen == nil {
		return
	}
	p.shell(kindShell, seen.Shell)
	p.show(kindDoing, func(t Terminal) string {
		var text string
		first, _ := t.voice(t.say("kernel"))
		mark := span{first, roleKernel}
		for _, line := range strings.Split(strings.TrimSpace(cleanLines(seen.Output)), "\n") {
			text += t.hang(t.columns(), mark, mark, plain(line))
		}
		return text
	})
}

// choices renders all choices of a question.
func (t Terminal) choices(q lesson.Question) string {
	var text string
	for i, c := range q.Choices {
		text += t.choice(2, i, c)
	}
	return text
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
	p.show(kindPause, func(t Terminal) string {
		if prompt == "" {
			prompt = t.say("press Enter to go on")
		}
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
