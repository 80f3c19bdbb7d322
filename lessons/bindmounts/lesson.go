// Package bindmounts is the lesson on one file with two paths.
package bindmounts

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/mount"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "bind-mounts", Title: "One file, two paths",
		Summary: "serve a directory of the machine's inside: both ways, read-only, and what is mounted later",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather(), steps.Isolate()},
		Steps: []lesson.Step{
			{
				Title:  "Serve a directory of the machine's inside",
				Why:    "A mount namespace is a copy: in the sandbox's, the machine's paths still have their names, though not below its root. From there one of them is bound into the root.",
				Shell:  steps.Text(serveShell),
				Do:     serve,
				Source: []any{serve, mount.Serve, mount.Bind},
				Verify: served,
			},
			{
				Title:  "Mount something below it, and bind it again, twice",
				Why:    "MS_BIND takes one mount. What is mounted below the source is another mount, and comes along only with MS_REC.",
				Shell:  steps.Text(belowShell),
				Do:     bindBelow,
				Source: []any{mount.Cover, bindBelow, mount.Bind},
				Verify: below,
			},
			{
				Title:  "Ask for read-only in the same call",
				Why:    "Read-only is a property of the mount. When mount(2) makes a bind mount, it takes the source's properties and ignores those that it is given.",
				Expect: "mount(2) is told MS_RDONLY and answers 0. A file will be written through that mount all the same.",
				Shell:  steps.Text(askShell),
				Do:     ask,
				Source: []any{mount.ServeAsking},
				Verify: asked,
			},
			{
				Title:  "Make one read-only by a second call",
				Why:    "MS_REMOUNT changes what is there; with MS_BIND it changes the one mount and not the file system. It sets all the mount's options anew, so nosuid, nodev and noexec are named again where they hold: a user namespace is refused without.",
				Shell:  steps.Text(topShell),
				Do:     makeTop,
				Source: []any{mount.ServeReadOnly, mount.ReadOnly},
				Verify: top,
			},
			{
				Title:  "Make one read-only with all that is mounted below",
				Why:    "mount_setattr(2) changes a whole tree of mounts in one call (Linux 5.12). Before, and in the shell, one remount follows the other.",
				Shell:  steps.Text(wholeShell),
				Do:     makeWhole,
				Source: []any{mount.ServeReadOnlyAll, mount.ReadOnlyAll},
				Verify: whole,
			},
			{
				Title:  "Mount something later, and see where it turns up",
				Why:    "Shared mounts tell each other what is mounted below them, a slave listens only, a private one does neither. One directory is bound in each of these ways, and then something is mounted in each of the four places.",
				Shell:  steps.Text(spreadShell),
				Do:     spread,
				Source: []any{mount.Spread, mount.Propagate},
				Verify: spreads,
			},
			{
				Title:  "Do all of it as Docker's --mount says",
				Why:    "The words are taken apart, the target is looked up so that no link leads out of the root, and made. Then come the calls that you know.",
				Shell:  steps.Text(dockerShell),
				Do:     attach,
				Source: []any{attach, mount.ParseMount, mount.AttachAll},
				Verify: attached,
			},
		},
		Quiz: quiz(),
	}
}
