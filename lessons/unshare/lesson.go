// Package unshare is the lesson on namespaces.
package unshare

import (
	"context"
	_ "embed" // for the prose
	"os"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// hostname is what the sandbox is called.
const hostname = "sandbox"

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "unshare", Title: "Six namespaces",
		Summary: "start a process in six new namespaces, as root in them only",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces},
		Setup:   []lesson.Step{steps.Gather()},
		Steps: []lesson.Step{
			steps.Isolate(),
			{
				Title:  "Give it a host name of its own",
				Why:    "The host name is kept in the UTS namespace, and root of that namespace may change it.",
				Shell:  steps.Text(`echo 'hostname ` + hostname + `' >"$LAB/in"`),
				Do:     name,
				Source: []any{namespace.SetHostname},
				Verify: named,
			},
		},
		Quiz: quiz(),
	}
}

func name(ctx context.Context, b *bench.Bench) error {
	return sandbox.Join(ctx, b, "hostname", hostname, nil)
}

func named(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	view, err := steps.Look(ctx, b)
	if err != nil {
		return nil, err
	}
	outside, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return []lesson.Check{
		lesson.Equal("from inside, the host name", hostname, view.Hostname, "the name was not set, or not in the sandbox's UTS namespace"),
		{
			Name: "outside, the host name", Want: "not " + hostname, Got: outside, OK: outside != hostname, Control: true,
			Hint: "the whole machine was renamed: the process shares our UTS namespace",
		},
	}, nil
}
