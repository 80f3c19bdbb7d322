// Package tmpfs is the lesson on files that never reach a disk.
package tmpfs

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/mount"
	"byhand/lab/probe"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "tmpfs", Title: "Files in memory",
		Summary: "keep a secret where no disk gets it, in a file system with a size, and have it gone",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather(), steps.Isolate()},
		Steps: []lesson.Step{
			{
				Title:  "Mount memory at a directory",
				Why:    "A tmpfs is a file system without a device: its files are pages of the kernel's memory. The size is the most that it may take, the mode that of its top directory.",
				Shell:  steps.Text(memoryShell),
				Do:     memory,
				Source: []any{memory, mount.ServeMemory},
				Verify: mounted,

				Overtaken: true, // it is taken down in the last step
			},
			{
				Title:  "Keep a secret there, and look for it on the disk",
				Why:    "The directory outside lies beneath the mount. What is written on the mount has no blocks anywhere.",
				Shell:  steps.Text(secretShell),
				Do:     keep,
				Source: []any{keep, probe.Write},
				Verify: kept,

				Overtaken: true,
			},
			{
				Title:  "Write more than it may hold",
				Why:    "Without a size, whoever may write there could take half of the machine's memory. With one, the kernel refuses the page that is too many.",
				Expect: "head will say that there is no space left on the device.",
				Shell:  steps.Text(fillShell),
				Do:     fill,
				Source: []any{fill, probe.Fill},
				Verify: filled,

				Overtaken: true,
			},
			{
				Title:  "Take it down, and the secret with it",
				Why:    "When the last mount of a tmpfs goes, its pages are given back. There is nothing to undelete.",
				Shell:  steps.Text(downShell),
				Do:     takeDown,
				Source: []any{takeDown, mount.Unmount},
				Verify: down,
			},
		},
		Quiz: quiz(),
	}
}
