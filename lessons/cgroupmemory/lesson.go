// Package cgroupmemory is the lesson on a limit of memory.
package cgroupmemory

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "cgroup-memory", Title: "A limit on memory",
		Summary: "let a hog have 80 MB, and see the kernel end one that wants more",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.CgroupMemory},
		Prepare: steps.Delegate, PrepareShell: steps.DelegateShell,
		Setup: []lesson.Step{steps.Gather(), steps.Isolate(), steps.Null(), steps.MakeGroup(cgroup.Memory), steps.JoinGroup(cgroup.Memory)},
		Steps: []lesson.Step{
			{
				Title:  "Limit the group to 80 MB, and to no swap",
				Why:    "The limit counts what processes allocate and the files that they read. Without a word on swap the kernel could move the excess there.",
				Shell:  limitShell,
				Do:     limit,
				Source: []any{(*cgroup.Group).LimitMemory},
				Verify: limited,
			},
			{
				Title:  "Let a hog have 20 MB",
				Why:    "tail keeps the last line that it has read until it ends. This one is 20 MB long, and its end does not come for an hour.",
				Shell:  smallShell,
				Do:     small,
				Verify: lives,

				Overtaken: true, // the next hog is killed
			},
			{
				Title:  "Let another have more than there is",
				Why:    "Where the group is full and nothing can be given back, the kernel kills the process of the group that has the most.",
				Expect: "The hog in the sandbox will be killed: status 137 is 128 and SIGKILL, 9. The same hog in a group without a limit will not.",
				Shell:  largeShell,
				Do:     large,
				Source: []any{large},
				Verify: killed,
			},
		},
		Undo: steps.Ungroup([]cgroup.Controller{cgroup.Memory}, free),
		Quiz: quiz(),
	}
}
