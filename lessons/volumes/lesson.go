// Package volumes is the lesson on files that outlive their container.
package volumes

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/mount"
	"byhand/lab/volume"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "volumes", Title: "Files that outlive their container",
		Summary: "fill a directory from the image, mount it, throw the container away, and find the files in the next",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather(), furnish(), steps.Isolate()},
		Steps: []lesson.Step{
			{
				Title:  "Make a volume, and fill it from the image",
				Why:    "A volume is a directory of the engine's. What the image has at the place that it will cover is copied into it, once, with owners, modes and times.",
				Shell:  steps.Text(fillShell),
				Do:     fill,
				Source: []any{fill, volume.Store.Create, volume.Volume.Fill, volume.Copy},
				Verify: filled,

				Overtaken: true, // the containers then write to it
			},
			{
				Title:  "Mount it, and let the container write",
				Why:    "It is a bind mount like any other; only where the directory lies is the engine's business and not yours.",
				Shell:  steps.Text(mountShell),
				Do:     mountIt,
				Source: []any{mountIt, mount.Serve, mount.Bind},
				Verify: mounted,

				Overtaken: true, // this container ends in the next step
			},
			{
				Title:  "Throw the container away, and start another with the same volume",
				Why:    "The container's root and its namespaces go. The volume was neither in the one nor made by the other.",
				Shell:  steps.Text(nextShell),
				Do:     next,
				Source: []any{next},
				Verify: survived,
			},
			{
				Title:  "Mount it once more, read-only",
				Why:    "Whoever only reads need not be able to write. Read-only is a property of the mount: the volume itself knows nothing of it.",
				Expect: "from there a write will be refused: read-only file system.",
				Shell:  steps.Text(readShell),
				Do:     mountRead,
				Source: []any{mountRead, mount.ServeReadOnly},
				Verify: readable,
			},
		},
		Quiz: quiz(),
	}
}
