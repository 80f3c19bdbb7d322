// Package procmounts is the lesson on proc, sysfs and tmpfs inside.
package procmounts

import (
	"context"
	_ "embed" // for the prose

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// secret is what the file in memory holds.
const secret = "kept in memory"

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "proc-mounts", Title: "proc, sys and tmp",
		Summary: "mount proc, sysfs and tmpfs where only the sandbox sees them",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.SixNamespaces, doctor.ProcMount, doctor.SysfsMount},
		Setup:   []lesson.Step{steps.Gather(), steps.Isolate()},
		Steps: []lesson.Step{
			{
				Title:  "Mount proc",
				Why:    "proc shows the processes of the pid namespace of whoever mounts it, so it is mounted from inside.",
				Shell:  steps.Text(`echo 'mount -t proc -o nosuid,nodev,noexec proc /proc' >"$LAB/in"`),
				Do:     join("proc"),
				Source: []any{mount.Proc},
				Verify: verify("/proc", "proc", processes),
			},
			{
				Title:  "Mount sysfs",
				Why:    "sysfs shows the network devices of the network namespace of whoever mounts it.",
				Shell:  steps.Text(`echo 'mount -t sysfs -o nosuid,nodev,noexec sysfs /sys' >"$LAB/in"`),
				Do:     join("sys"),
				Source: []any{mount.Sys},
				Verify: verify("/sys", "sysfs", devices),
			},
			{
				Title: "Mount tmpfs, and keep a file in it",
				Why:   "tmpfs keeps its files in memory: they are on no disk, and gone with the last mount namespace that has it.",
				Shell: steps.Text(`echo 'mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /tmp' >"$LAB/in"
echo 'echo ` + secret + ` >/tmp/secret' >"$LAB/in"`),
				Do:     keep,
				Source: []any{mount.Tmp, keep},
				Verify: verify("/tmp", "tmpfs", kept),
			},
		},
		Quiz: quiz(),
	}
}

func join(stage string) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		return sandbox.Join(ctx, b, stage, struct{}{}, nil)
	}
}

// keep mounts tmpfs, and lets the shell inside write a file there.
func keep(ctx context.Context, b *bench.Bench) error {
	if err := join("tmp")(ctx, b); err != nil {
		return err
	}
	return sandbox.Say(b, "echo "+secret+" >/tmp/secret")
}
