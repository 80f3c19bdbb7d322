// Package ui shows lessons to people and to programs: it implements
// runner.Screen, once as text for a terminal or a pipe and once as JSON.
//
// Three voices speak in a lesson and each has a mark of its own in the text,
// so that they are told apart without colour: the lesson has no mark, the
// shell's commands begin with "$ ", and what the kernel was asked and answered
// stands right of "kernel |".
package ui

import (
	"io"
	"os"
	"time"

	"byhand/internal/runner"
)

// Screen is a runner.Screen that remembers whether all of it could be written.
type Screen interface {
	runner.Screen
	// Scored shows the score of a quiz that was no lesson's.
	Scored(runner.Score)
	// Err returns the first error met in writing, such as ENOSPC.
	Err() error
}

// Options says where a Screen reads and writes.
type Options struct {
	// In is where answers come from; nil is standard input.
	In *os.File
	// Out is where the lesson goes; nil is standard output.
	Out io.Writer
	// Err is where survey may complain; nil is standard error.
	Err io.Writer
	// JSON asks for one JSON object a line in place of text.
	JSON bool
	// Answers, where set, are given to the questions in place of asking: the
	// n-th to the n-th question.
	Answers [][]int
	// Getenv looks up the environment; nil is os.Getenv.
	Getenv func(string) string
	// Language is the reader's; nil is English, which programs get in any case.
	Language Language
}

// New returns the Screen that the options ask for.
func New(o Options) Screen {
	if o.In == nil {
		o.In = os.Stdin
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.Err == nil {
		o.Err = os.Stderr
	}
	if o.JSON {
		r := newRecords(o.Out, time.Now)
		r.answers = o.Answers
		return r
	}
	return &people{
		in:  &input{file: o.In},
		out: o.Out,
		err: o.Err,

		answers: o.Answers,
		// The window may be resized at any time, so each text looks again.
		look: func() Terminal { return Look(o.In, o.Out, o.Getenv).In(o.Language) },
		now:  time.Now,
	}
}
