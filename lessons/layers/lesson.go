// Package layers is the lesson on a root that is made of several directories.
package layers

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/overlay"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "layers", Title: "One root of several directories",
		Summary: "lay an image's layers over each other, write on top, and share what lies below",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.Overlay},
		Setup:   []lesson.Step{steps.Gather(), base()},
		Steps: []lesson.Step{
			{
				Title:  "Make a second layer",
				Why:    "A layer holds what differs from those below: files that are new, files that replace others whole, and marks for files that are gone. Such a mark is a device with the numbers 0 and 0.",
				Shell:  steps.Text(secondShell),
				Do:     second,
				Source: []any{second, overlay.Whiteout},
				Verify: layered,
			},
			{
				Title:  "Mount the layers as one root, with an empty one on top",
				Why:    "overlayfs looks a name up in one directory after the other, from the top. Only the upper one is ever written to.",
				Shell:  steps.Text(stackShell),
				Do:     stack,
				Source: []any{stack, overlay.Run, overlay.Serve},
				Verify: stacked,
			},
			{
				Title:  "Write, change and delete inside, and see where it goes",
				Why:    "A file of a lower layer is copied up before it is first written to, whole. One that is deleted gets a mark in the upper directory.",
				Shell:  steps.Text(changeShell),
				Do:     change,
				Source: []any{change},
				Verify: changed,
			},
			{
				Title:  "Stack the same layers for a second container",
				Why:    "What is never written to can be shared. The second pile has an upper directory of its own, and nothing of the first one's.",
				Shell:  steps.Text(shareShell),
				Do:     share,
				Source: []any{share, overlay.Serve},
				Verify: shared,
			},
		},
		Quiz: quiz(),
	}
}
