// Package run is the lesson on what docker run adds: a name, somebody who
// watches over the container, and its end.
package run

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/namespace"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "run", Title: "All put together: run",
		Summary: "give a container a name and somebody who waits for its end: run, kill, rm",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather()},
		Steps: []lesson.Step{
			{
				Title:  "Take a name",
				Why:    "The kernel has no names for containers. A directory will do: mkdir(2) either makes it or says that it is there, so that two can't take the same.",
				Shell:  claimShell,
				Do:     claim,
				Source: []any{claim},
				Verify: claimed,
			},
			{
				Title:  "Start it detached, with somebody who waits",
				Why:    "Only a parent learns how a process ended. So one stays behind: in a session of its own, out of reach of this terminal, with nothing to do but wait.",
				Shell:  boxShell,
				Do:     startBox,
				Source: []any{sandbox.Detach, sandbox.Keep, namespace.Isolated, namespace.Run},
				Verify: stands,
			},
			{
				Title:  "Start another, and kill it",
				Why:    "SIGKILL for the first process ends all of its pid namespace. The one who waited writes down how: 128 and the signal's number.",
				Shell:  killShell,
				Do:     kill,
				Source: []any{kill},
				Verify: killed,

				Overtaken: true,
			},
			{
				Title:  "Remove what is left of it",
				Why:    "What is left of a container that has ended are files: its name, its status, what it wrote. They stay until somebody removes them.",
				Shell:  steps.Text(removeShell),
				Do:     remove,
				Source: []any{remove},
				Verify: removed,
			},
			{
				Title:  "Run one that removes itself",
				Why:    "With --rm it is the one who waits that removes it. Nobody else need be there when it ends.",
				Shell:  onceShell,
				Do:     once,
				Source: []any{once, sandbox.Keep},
				Verify: goneByItself,
			},
		},
		Undo: steps.Text(undoShell),
		Quiz: quiz(),
	}
}
