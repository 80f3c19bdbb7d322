package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/terminal"

	"byhand/internal/lesson"
)

const (
	// menuWidth holds survey's own line of instructions.
	menuWidth = 72
	// menuMarks are the columns that survey puts before a choice.
	menuMarks = 8
	// menuExtra are the lines of a menu that are not choices: the question's,
	// a complaint of two lines, and the one where the cursor rests.
	menuExtra = 4
)

// menu returns the choices as survey shall list them, and whether a menu fits
// on the terminal: survey redraws by moving the cursor up, which fails on
// what has scrolled away.
func (t Terminal) menu(q lesson.Question) (options []string, ok bool) {
	height := menuExtra
	for i, c := range q.Choices {
		number := fmt.Sprintf("%d. ", i+1)
		indent := "\n" + strings.Repeat(" ", menuMarks-1+len(number))
		if !q.Several() {
			indent = "\n" + strings.Repeat(" ", 2+len(number))
		}
		// survey colours the choices itself.
		t.Colour = false
		lines := t.lines(plain(t.lesson(c.Text)), t.prose()-menuMarks-len(number))
		options = append(options, number+strings.Join(lines, indent))
		height += len(lines)
	}
	return options, t.columns() >= menuWidth && height <= t.Height
}

// askMenu lets the person choose with the arrow keys. Numbers can be typed as
// well, since they narrow the list down.
func (p *people) askMenu(ctx context.Context, t Terminal, several bool, options []string) ([]int, error) {
	in := &keys{input: p.in, ctx: ctx}
	opts := []survey.AskOpt{
		survey.WithStdio(in, &screenFile{t: t, out: p.out}, p.err),
		survey.WithPageSize(len(options)),
		survey.WithFilter(filter(options, several)),
		survey.WithRemoveSelectAll(),
		survey.WithRemoveSelectNone(),
	}
	var picks []int
	var err error
	if several {
		err = survey.Ask([]*survey.Question{{
			Prompt:    &survey.MultiSelect{Message: strings.TrimSpace(t.label("answer")), Options: options},
			Validate:  atLeastOne,
			Transform: numbersOnly,
		}}, &picks, opts...)
	} else {
		picks = make([]int, 1)
		err = survey.Ask([]*survey.Question{{
			Prompt:    &survey.Select{Message: strings.TrimSpace(t.label("answer")), Options: options},
			Transform: numbersOnly,
		}}, &picks[0], opts...)
	}
	switch {
	case errors.Is(err, terminal.InterruptErr):
		return nil, context.Canceled
	case err != nil:
		return nil, err
	}
	return picks, nil
}

// atLeastOne refuses an empty choice, which is never right.
func atLeastOne(answer any) error {
	if picked, ok := answer.([]survey.OptionAnswer); ok && len(picked) == 0 {
		return errors.New("mark a choice with the space bar")
	}
	return nil
}

// numbersOnly shortens what survey repeats of the answer to its numbers.
func numbersOnly(answer any) any {
	number := func(a survey.OptionAnswer) survey.OptionAnswer {
		return survey.OptionAnswer{Index: a.Index, Value: strconv.Itoa(a.Index + 1)}
	}
	switch a := answer.(type) {
	case survey.OptionAnswer:
		return number(a)
	case []survey.OptionAnswer:
		a = slices.Clone(a)
		for i := range a {
			a[i] = number(a[i])
		}
		return a
	}
	return answer
}

// filter matches what is typed: a number against the choice's own, anything
// else against its text. With several choices to make, what matches none lets
// all through, because survey's MultiSelect panics over an empty list.
func filter(options []string, several bool) func(typed, option string, i int) bool {
	matches := func(typed, option string) bool {
		typed, option = strings.ToLower(typed), strings.ToLower(option)
		if _, err := strconv.Atoi(typed); err == nil {
			return strings.HasPrefix(option, typed+".")
		}
		return strings.Contains(option, typed)
	}
	return func(typed, option string, _ int) bool {
		none := !slices.ContainsFunc(options, func(o string) bool { return matches(typed, o) })
		return matches(typed, option) || several && none
	}
}

// keys is a terminal's keyboard for survey. Its reads end with ctx, and they
// hand out no more than the keys up to Enter, since survey forgets what it
// has read too much when the next question comes.
type keys struct {
	*input
	ctx context.Context
}

// endOfTransmission is Ctrl-D, which a terminal in raw mode passes on.
const endOfTransmission = 4

// otherKeys matches what the keys beside the letters send: Escape alone, or
// a sequence that begins with it.
var otherKeys = regexp.MustCompile("\x1b(?:[\\[O][0-9;]*[A-Za-z~])?")

// arrowsOnly drops every such key but the arrows up and down: survey gives up
// on some, and others turn its vim mode on.
func arrowsOnly(key []byte) []byte {
	switch string(key) {
	case "\x1b[A", "\x1b[B", "\x1bOA", "\x1bOB":
		return key
	}
	return nil
}

// Read implements io.Reader.
func (k *keys) Read(b []byte) (int, error) {
	for len(k.pending) == 0 {
		if err := k.more(k.ctx); err != nil {
			return 0, err
		}
		k.pending = otherKeys.ReplaceAllFunc(k.pending, arrowsOnly)
	}
	if k.pending[0] == endOfTransmission {
		k.pending = k.pending[1:]
		return 0, io.EOF
	}
	n := len(k.pending)
	if i := bytes.IndexAny(k.pending, "\r\n"); i >= 0 {
		n = i + 1
	}
	if i := bytes.IndexByte(k.pending[:n], endOfTransmission); i >= 0 {
		n = i
	}
	n = copy(b, k.pending[:n])
	k.pending = k.pending[n:]
	return n, nil
}

// Fd gives survey the terminal whose modes it sets.
func (k *keys) Fd() uintptr { return uintptr(fd(k.file)) }

// screenFile is a terminal's screen for survey, which knows of NO_COLOR but
// would read it from the process's environment.
type screenFile struct {
	t   Terminal
	out io.Writer
}

// colours matches the sequences that select colours (SGR).
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Write implements io.Writer.
func (s *screenFile) Write(b []byte) (int, error) {
	shown := b
	if !s.t.Colour {
		shown = colours.ReplaceAll(b, nil)
	}
	if _, err := s.out.Write(shown); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Fd gives survey the terminal whose width it asks for.
func (s *screenFile) Fd() uintptr {
	if f, ok := s.out.(*os.File); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}
