// Package chroot is the lesson on a root directory of one's own.
package chroot

import (
	"context"
	_ "embed" // for the prose
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/diagnose"
	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/chroot"
	"byhand/lab/namespace"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

//go:embed lesson.md
var prose string

// Lesson returns the lesson.
func Lesson() lesson.Lesson {
	return lesson.Lesson{
		Name: "chroot", Title: "A root of its own",
		Summary: "give a process another directory as its /",
		Prose:   prose,
		Needs:   []doctor.Need{doctor.Chroot},
		Steps: []lesson.Step{
			steps.Gather(),
			{
				Title:  "Make it the root of a new process",
				Why:    "chroot(2) changes where the kernel begins to look up every path that starts with a slash.",
				Shell:  enterShell,
				Do:     enter,
				Source: []any{chroot.Run, chroot.Enter},
				Verify: entered,
			},
			{
				Title:  "Write a file inside, look for one outside",
				Why:    "A name inside leads to a file below the root; a file outside has no name inside at all.",
				Expect: "Opening the file outside will fail inside. That is the wall.",
				Shell: steps.Text(`echo 'you can not see me' >"$LAB/outside.txt"
echo 'echo made inside >/inside.txt' >"$LAB/in"`),
				Do:     write,
				Verify: walled,
			},
		},
		Quiz: quiz(),
	}
}

func enterShell(*bench.Bench) string {
	// An ordinary user may not chroot, but may be root in a user namespace.
	lend := ""
	if os.Geteuid() != 0 {
		lend = "unshare --user --map-root-user "
	}
	return `mkfifo "$LAB/in"
` + lend + `chroot "$LAB/rootfs" /bin/sh <>"$LAB/in" >"$LAB/out" 2>&1 &
echo $! >"$LAB/pid"`
}

func enter(ctx context.Context, b *bench.Bench) error {
	var flags uintptr
	if os.Geteuid() != 0 {
		flags = unix.CLONE_NEWUSER
	}
	return sandbox.Stand(ctx, b, namespace.Isolated(flags, "chroot", sandbox.Shell(b)))
}

func entered(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	root := steps.Root(b, pid)
	if !root.OK {
		return []lesson.Check{root}, nil
	}
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return nil, err
	}
	view, err := steps.Look(ctx, b)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(b.Root())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return []lesson.Check{
		root,
		lesson.Equal("the link cwd in /proc/PID", root.Want, cwd, diagnose.Outside(pid)),
		lesson.Equal("from inside, the names in /", fmt.Sprint(names), fmt.Sprint(view.Root), "it sees another directory as /"),
	}, nil
}

func write(_ context.Context, b *bench.Bench) error {
	if err := os.WriteFile(b.Path("outside.txt"), []byte("you can not see me\n"), 0o644); err != nil {
		return err
	}
	return sandbox.Say(b, "echo made inside >/inside.txt")
}

func walled(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	if root := steps.Root(b, pid); !root.OK {
		return []lesson.Check{root}, nil
	}
	text, err := os.ReadFile(b.Path("rootfs", "inside.txt"))
	got := strings.TrimSuffix(string(text), "\n")
	if err != nil {
		got = "no such file"
	}
	inside, err := steps.TryOpen(ctx, b, b.Path("outside.txt"))
	if err != nil {
		return nil, err
	}
	return []lesson.Check{
		lesson.Equal("/inside.txt, read from outside below the root", "made inside", got, "the shell inside has not written it"),
		lesson.Equal("from inside, open "+b.Path("outside.txt"), "ENOENT", inside, "a file outside can be opened from inside"),
		{
			Name: "outside, the same open", Want: "opened", Got: probe.TryOpen(b.Path("outside.txt")), Control: true,
			OK: probe.TryOpen(b.Path("outside.txt")) == "opened", Hint: "the file is not there, so failing to open it proves nothing",
		},
	}, nil
}
