package chroot

import (
	"context"
	"os"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/sandbox"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Gather a root file system": {
			{Name: "no loader", Do: noLoader, Says: "loader"},
		},
		"Make it the root of a new process": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "a process in the sandbox"},
			{Name: "no chroot", Do: noChroot, Says: "chroot(2) was not called"},
		},
		"Write a file inside, look for one outside": {
			{Name: "nothing written inside", Do: onlyOutside, Says: "inside.txt"},
		},
	})
}

// noLoader leaves a program without anything that it needs.
func noLoader(_ context.Context, b *bench.Bench) error {
	if err := os.MkdirAll(b.Path("rootfs", "bin"), 0o755); err != nil {
		return err
	}
	program, err := os.ReadFile("/bin/sh")
	if err != nil {
		return err
	}
	return os.WriteFile(b.Path("rootfs", "bin", "sh"), program, 0o755)
}

// noChroot starts the shell in the machine's own root.
func noChroot(ctx context.Context, b *bench.Bench) error {
	p := sandbox.Shell(b)
	c := namespace.Isolated(0, "chroot", p)
	p.Root = "/"
	c.Args = p
	return sandbox.Stand(ctx, b, c)
}

func onlyOutside(_ context.Context, b *bench.Bench) error {
	return os.WriteFile(b.Path("outside.txt"), []byte("you can not see me\n"), 0o644)
}
