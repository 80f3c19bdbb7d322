// Package runner takes a person through a lesson: tell, print, do, verify,
// ask, unlock. It shows everything through the Screen interface, which it owns.
package runner

import (
	"context"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/sys"
)

// Screen is where a lesson is shown and answered. Its methods are called from
// one goroutine, in the order of the lesson, except that Call may come from
// within a step's Do, and Work and Meter from within its Do and Verify.
type Screen interface {
	// Open begins a lesson.
	Open(Header)
	// Prose shows the lesson's text, which is Markdown.
	Prose(markdown string)
	// Step begins a step.
	Step(StepHeader)
	// Source shows a Go function that is about to run.
	Source(Source)
	// Expect announces something that will look like a failure.
	Expect(text string)
	// Call shows a system call that was just made.
	Call(sys.Call)
	// Work shows how far a long operation has come; done equal to total ends it.
	Work(Work)
	// Meter shows a reading of a measurement under way.
	Meter(bench.Reading)
	// Check shows one check, passed or refused.
	Check(lesson.Check)
	// Pause waits until the person wants to go on.
	Pause(ctx context.Context, prompt string) error
	// Ask puts a question, the n-th of total, and returns the indices chosen, or
	// of a question for a number the number.
	Ask(ctx context.Context, n, total int, q lesson.Question) (picks []int, err error)
	// Graded shows how a question was answered, and what trying it out has shown.
	Graded(q lesson.Question, picks []int)
	// Note shows a sentence of byhand's own: what is skipped, kept or set aside.
	Note(text string)
	// Close ends the lesson.
	Close(Result)
}

// Header is what a lesson's first lines show.
type Header struct {
	// Number counts the lesson from 1 in the course of Total lessons.
	Number int `json:"number"`
	Total  int `json:"total"`
	// Name, Title and Summary are the lesson's own.
	Name    string `json:"lesson"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	// Lab is the bench's directory, the value of LAB in the commands shown.
	Lab string `json:"lab"`
}

// StepHeader is what a step's first lines show.
type StepHeader struct {
	// Number counts from 1; a setup step has 0.
	Number int `json:"number"`
	// Total is the number of steps that are not setup.
	Total int `json:"total"`
	// Setup marks a step that earlier lessons taught, told briefly.
	Setup bool `json:"setup,omitempty"`
	// Title and Why are the step's own.
	Title string `json:"title"`
	Why   string `json:"why"`
	// Shell is the equivalent bash commands.
	Shell string `json:"shell"`
}

// Source is a Go function as it stands in the source that was compiled.
type Source struct {
	// Name is the function's, such as "namespace.Enter".
	Name string `json:"name"`
	// File and Line say where it stands, relative to the module's top.
	File string `json:"file"`
	Line int    `json:"line"`
	// Code is the function with its comment.
	Code string `json:"code"`
}

// Work is the state of a long operation.
type Work struct {
	// What names the operation, such as "copy libraries".
	What string `json:"what"`
	// Done and Total are in Unit; Total is 0 where it is not known.
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Unit  string `json:"unit"`
}

// Result is how a lesson ended.
type Result struct {
	// Name is the lesson's.
	Name string `json:"lesson"`
	// OK tells whether every check passed.
	OK bool `json:"ok"`
	// Checks counts the checks made, Refused those of them that failed.
	Checks  int `json:"checks"`
	Refused int `json:"refused"`
	// Questions are in the quiz, Asked of them were put and Right answered
	// rightly; Asked is 0 where the quiz was skipped.
	Questions int `json:"questions"`
	Asked     int `json:"asked"`
	Right     int `json:"right"`
	// Unlocked names the lesson that this one opened, or is empty.
	Unlocked string `json:"unlocked,omitempty"`
	// Next is the command to type next, where it is another than usual.
	Next string `json:"-"`
	// Kept is the directory of the bench left standing, or empty.
	Kept string `json:"kept,omitempty"`
	// Error says why the lesson ended early, or is empty.
	Error string `json:"error,omitempty"`
}
