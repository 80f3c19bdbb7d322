// Package attach is the lesson on a container's terminal: who sits before it,
// what is written down of it, and how one comes and goes.
package attach

import (
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/pty"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "attach", Title: "A terminal of its own",
		Summary: "put a container on a pseudoterminal: logs, attach, resize, Ctrl-C, hang-up",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather(), onPipe()},
		Steps: []lesson.Step{
			{
				Title:  "Start one on a terminal, and keep the other end",
				Why:    "Opening /dev/ptmx makes a pair: the master stays with the monitor, the slave is the container's. A new session, setsid(2), takes it for its own with TIOCSCTTY.",
				Shell:  steps.Text(boxShell),
				Do:     start,
				Source: []any{sandbox.Detach, sandbox.KeepTerminal, sandbox.Kept.StartOn, pty.Make, sandbox.OnTerminal},
				Verify: started,

				Overtaken: true,
			},
			{
				Title:  "Ask it what it is on, and read the log",
				Why:    "What is written to the master is typed, for those at the slave. What they print is read at the master, once: so the monitor reads it, and writes it down.",
				Shell:  steps.Text(askShell),
				Do:     ask,
				Source: []any{ask, sandbox.Kept.Say},
				Verify: asked,

				Overtaken: true,
			},
			{
				Title:  "Tell the terminal another size",
				Why:    "The kernel keeps the size with the pair, draws nothing, and sends SIGWINCH to the group in the foreground. Programs then ask for the size, and draw anew.",
				Shell:  steps.Text(resizeShell),
				Do:     resize,
				Source: []any{resize},
				Verify: resized,

				Overtaken: true,
			},
			{
				Title:  "Type Ctrl-C",
				Why:    "It is a byte, 3. On its way from the master to the slave the kernel takes it out, and sends SIGINT to the group in the foreground there. A pipe passes it on like any other.",
				Shell:  steps.Text(interruptShell),
				Do:     interrupt,
				Source: []any{interrupt},
				Verify: interrupted,

				Overtaken: true,
			},
			{
				Title:  "Attach, and leave",
				Why:    "To be attached is to be connected with the monitor: it passes on what you type, and what the terminal shows from now on. The container notices neither your coming nor your going.",
				Shell:  steps.Text(attachShell),
				Do:     attach,
				Source: []any{attach},
				Verify: attached,

				Overtaken: true,
			},
			{
				Title:  "Kill the monitors, and see who is hung up",
				Why:    "With its last descriptor the master is gone: a line that was cut. The kernel sends SIGHUP to the one who leads the session, and when that one ends, to the group in the foreground.",
				Expect: "The container on the terminal will end. The one on a pipe loses its monitor, too, and lives on.",
				Shell:  steps.Text(hangUpShell),
				Do:     hangUp,
				Source: []any{hangUp},
				Verify: hungUp,
			},
		},
		Undo: steps.Text(undoShell),
		Quiz: quiz(),
	}
}
