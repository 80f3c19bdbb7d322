// Package imageexport is the lesson on a root in one file.
package imageexport

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/image"
	"byhand/lab/namespace"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// overtaken marks the sandbox that the container takes the place of.
func overtaken(s lesson.Step) lesson.Step {
	s.Overtaken = true
	return s
}

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "image-export", Title: "A root in one file",
		Summary: "write a running sandbox's root to a tar, and start a container from it",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather(), overtaken(steps.Isolate())},
		Steps: []lesson.Step{
			{
				Title:  "Make files that a careless copy would lose",
				Why:    "A root is more than names and contents: two names of one file, a link, a hole, a pipe, permissions, a time to the nanosecond.",
				Shell:  steps.Text(makeShell),
				Do:     makeFiles,
				Verify: made,
			},
			{
				Title:  "Write the root of the running sandbox to a tar",
				Why:    "The kernel shows every process's root at /proc/PID/root. Owners are written as they are seen inside, so that the tar fits anywhere.",
				Shell:  steps.Text(exportShell),
				Do:     export,
				Source: []any{export, image.Export},
				Verify: exported,
			},
			{
				Title:  "Unpack it elsewhere, and compare",
				Why:    "Each header says what to make. Names in an archive are not to be trusted: every one is looked up so that it can't leave the new root.",
				Shell:  steps.Text(unpackShell),
				Do:     unpack,
				Source: []any{unpack, image.Unpack},
				Verify: unpacked,
			},
			{
				Title:  "Start a container in it",
				Why:    "The same calls as ever, with another root: a container's file system is a tar that was unpacked.",
				Shell:  steps.Text(startShell),
				Do:     start,
				Source: []any{start, namespace.Run},
				Verify: started,
			},
		},
		Quiz: quiz(),
	}
}
