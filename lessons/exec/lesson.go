// Package exec is the lesson on a second process in a container that runs.
package exec

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/chroot"
	"byhand/lab/process"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "exec", Title: "A second process inside",
		Summary: "go into a container that runs: its namespaces, its root, its control group",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.ProcMount},
		Prepare: prepare, PrepareShell: prepareShell,
		Setup: []lesson.Step{steps.Gather(), steps.Isolate(), furnish(), ration()},
		Steps: []lesson.Step{
			{
				Title:  "Start a second shell in the container",
				Why:    "setns(2) exchanges the caller's namespaces for those of another process. A pid namespace takes in only children, so a fork follows. The root and the group are no namespaces: each is taken by a call of its own.",
				Shell:  enterShell,
				Do:     enter,
				Source: []any{sandbox.Exec, process.Enter, sandbox.Rooted, chroot.Exec},
				Verify: entered,

				Overtaken: true, // it ends in the last step
			},
			{
				Title:  "Have it look around, and the same commands outside",
				Why:    "What a process sees follows from its namespaces and its root, whoever started it.",
				Shell:  lookShell,
				Do:     look,
				Source: []any{look},
				Verify: looked,
			},
			{
				Title:  "Let it end, and see the container live on",
				Why:    "A pid namespace lives as long as its first process. This one is not the first.",
				Shell:  steps.Text(leaveShell),
				Do:     leave,
				Source: []any{leave},
				Verify: left,
			},
		},
		Undo: undo,
		Quiz: quiz(),
	}
}
