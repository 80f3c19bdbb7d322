// Package pause is the lesson on a container that is frozen.
package pause

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
		Name: "pause", Title: "A container that stands still",
		Summary: "freeze all processes of a container where they are, and let them run on",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.CgroupFreezer},
		Prepare: steps.DelegateFor(cgroup.Freezer), PrepareShell: steps.DelegateShellFor(cgroup.Freezer),
		Setup: []lesson.Step{steps.Gather(), steps.Isolate(), steps.Null(), steps.MakeGroup(cgroup.Freezer), steps.JoinGroup(cgroup.Freezer)},
		Steps: []lesson.Step{
			{
				Title:  "Have somebody count in the sandbox, and somebody outside",
				Why:    "Whoever counts ten times a second shows whether it runs. The second one stands in a group beside, to compare with.",
				Shell:  countShell,
				Do:     count,
				Source: []any{count},
				Verify: counting,

				Overtaken: true,
			},
			{
				Title:  "Freeze the group",
				Why:    "The kernel stops each process of the group at the next safe point, on its way back to the program. It asks nobody, and no program can refuse.",
				Shell:  freezeShell,
				Do:     freeze,
				Source: []any{(*cgroup.Group).WaitFrozen, (*cgroup.Group).Freeze},
				Verify: frozen,

				Overtaken: true,
			},
			{
				Title:  "Let it run on",
				Why:    "Memory, open files and the place in the program were kept. It goes on with the very next instruction, and knows nothing.",
				Shell:  thawShell,
				Do:     thaw,
				Source: []any{(*cgroup.Group).Thaw},
				Verify: thawed,

				Overtaken: true,
			},
			{
				Title:  "Freeze it again, and send SIGKILL",
				Why:    "On cgroup v2 a frozen process can be killed. On v1 a signal waits, even this one, until the process runs again and can end.",
				Expect: "On cgroup v1 the counter in the sandbox will outlive SIGKILL for now. The one outside ends at once on both.",
				Shell:  killShell,
				Do:     killFrozen,
				Source: []any{killFrozen, strike},
				Verify: struck,

				Overtaken: true,
			},
			{
				Title:  "Thaw it, and see what has waited",
				Why:    "What was sent meanwhile comes now, before the next instruction of the program.",
				Shell:  thawShell,
				Do:     thaw,
				Source: []any{(*cgroup.Group).Thaw},
				Verify: over,
			},
		},
		Undo: undo,
		Quiz: quiz(),
	}
}
