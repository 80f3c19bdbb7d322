// Package escape is the lesson on the way out of a chroot, and on what closes it.
package escape

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/breakout"
	"byhand/lab/chroot"
	"byhand/lab/rootdir"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "escape", Title: "The way out of a chroot",
		Summary: "break out of a root that chroot gave, and see pivot_root stop it",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.Chroot, doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather()},
		Steps: []lesson.Step{
			{
				Title:  "Lock root up with chroot",
				Why:    "It has the lesson chroot's root, and the file outside has no name in it. It is root still, and may do what root may do.",
				Shell:  lockShell,
				Do:     lock,
				Source: []any{lock, chroot.Enter},
				Verify: locked,

				Overtaken: true, // it breaks out in the next step
			},
			{
				Title:  "Break out",
				Why:    "A process has one root, not a pile of them. A second chroot(2) forgets the first, and leaves the working directory where it is: above the new root, where nothing stops it on its way up.",
				Shell:  steps.Text(escapeShell),
				Do:     escape,
				Source: []any{breakout.Out, breakout.Chrooted},
				Verify: escaped,

				Overtaken: true,
			},
			{
				Title:  "Lock it up with pivot_root, and let it try again",
				Why:    "In a mount namespace of its own the directory takes the place of the machine's root, which is then unmounted there. At the root of a mount namespace the way up ends, whatever a process's own root is.",
				Expect: "The same commands run, and nothing fails. They lead back to where they began.",
				Shell:  steps.Text(pivotShell),
				Do:     pivot,
				Source: []any{breakout.Pivoted, rootdir.Pivot},
				Verify: held,
			},
		},
		Quiz: quiz(),
	}
}
