// Package lesson holds what a lesson is made of: its prose, its steps, the
// checks that the kernel must pass, and its quiz.
package lesson

import (
	"context"

	"byhand/internal/doctor"
	"byhand/lab/bench"
)

// Lesson is one part of the course and one subcommand of byhand.
type Lesson struct {
	// Name is the subcommand, such as "proc-mounts".
	Name string
	// Title is what the course map and the first line of the lesson show.
	Title string
	// Summary says in one line what is made by hand here.
	Summary string
	// Prose is the text told before the steps, in Markdown.
	Prose string
	// Needs are what the machine must be able to do for the lesson to run.
	Needs []doctor.Need
	// Prepare, where set, comes before all steps and changes what byhand itself
	// is, such as the cgroup that it is in; it lasts as long as byhand does.
	Prepare func(context.Context, *bench.Bench) error
	// PrepareShell gives the bash commands that do the same for the shell that
	// runs the lesson's commands as a script; nil, or none, where there is no need.
	PrepareShell func(*bench.Bench) string
	// Setup are steps that prepare the bench from what earlier lessons taught;
	// they run and are verified like any step, but are told briefly.
	Setup []Step
	// Steps are what the lesson teaches, in order.
	Steps []Step
	// Undo gives the bash commands that take away all that the steps' Shell left
	// standing, for whoever has run them as a script; nil where it is as Ended.
	Undo func(*bench.Bench) string
	// Quiz are the questions asked once every step is verified.
	Quiz []Question
}

// Ended takes away what most lessons leave: one process, whose namespaces and
// mounts go with it, and the bench's directory.
const Ended = `kill -9 "$(cat "$LAB/pid")"
rm -rf "$LAB"
`

// TakeAway is Undo for this bench.
func (l Lesson) TakeAway(b *bench.Bench) string {
	if l.Undo == nil {
		return Ended
	}
	return l.Undo(b)
}

// All returns the setup and the steps in the order in which they run.
func (l Lesson) All() []Step {
	return append(append([]Step(nil), l.Setup...), l.Steps...)
}

// Step is one thing made by hand: told, shown as shell, done in Go, verified.
type Step struct {
	// Title is an imperative phrase, such as "Make the second name read-only".
	Title string
	// Why says in a sentence or two what the kernel does here and why so.
	Why string
	// Expect announces what will look like a failure and is meant to, or is empty.
	Expect string
	// Shell gives the bash commands equivalent to Do, for this bench; the
	// script runs under bash -eu with LAB set to the bench's directory.
	Shell func(*bench.Bench) string
	// Do makes the real system calls.
	Do func(context.Context, *bench.Bench) error
	// Source names the functions that Do runs and that --source shows, in
	// this process or in a child; Do itself where it is empty.
	Source []any
	// Verify reads the kernel and judges the bench's state, whoever made it.
	// An error means that judging was not possible; a refusal is a Check.
	Verify func(context.Context, *bench.Bench) ([]Check, error)
	// Overtaken marks a step whose state a later one ends, so that it can't be
	// asked for once that is done.
	Overtaken bool
}

// Check is one thing that was looked up in the kernel, beside what it must be.
type Check struct {
	// Name says what was looked at, such as "/proc/PID/root".
	Name string `json:"name"`
	// Want is what the kernel must show.
	Want string `json:"want"`
	// Got is what the kernel showed.
	Got string `json:"got"`
	// OK is the verdict.
	OK bool `json:"ok"`
	// Control marks a negative control: the same probe without the wall or the
	// limit, which must come out the other way.
	Control bool `json:"control,omitempty"`
	// Hint says, where OK is false, what is wrong and then what to do.
	Hint string `json:"hint,omitempty"`
}

// Passed reports whether there is at least one check and all of them are OK.
func Passed(checks []Check) bool {
	for _, c := range checks {
		if !c.OK {
			return false
		}
	}
	return len(checks) > 0
}

// Equal makes a Check that wants got to be want, with a hint for when it is not.
func Equal(name, want, got, hint string) Check {
	return Check{Name: name, Want: want, Got: got, OK: want == got, Hint: hint}
}
