package chroot

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/chroot"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

func TestMain(m *testing.M) {
	lessontest.Main(m, process.Table{"no chdir": process.Typed(noChdir)})
}

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Gather a root file system": {
			{Name: "nothing gathered", Do: lessontest.Nothing, Says: "/bin/sh"},
			{Name: "no loader", Do: noLoader, Says: "loader"},
			{Name: "a library missing", Do: noLibrary, Says: "library"},
			{Name: "no shell", Do: noShell, Says: "/bin/sh"},
		},
		"Make it the root of a new process": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "a process in the sandbox"},
			{Name: "no chroot", Do: noChroot, Says: "chroot(2) was not called"},
			{Name: "no chdir", Do: workingOutside, Says: "chdir(2) first"},
		},
		"Write a file inside, look for one outside": {
			{Name: "nothing written inside", Do: onlyOutside, Says: "inside.txt"},
			{Name: "nothing to look for outside", Do: onlyInside, Says: "proves nothing"},
			{Name: "the file outside has a name inside", Do: alsoInside, Says: "can be opened from inside"},
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

// noLibrary gathers all, and takes the C library away again.
func noLibrary(ctx context.Context, b *bench.Bench) error {
	if err := steps.Gather().Do(ctx, b); err != nil {
		return err
	}
	return filepath.WalkDir(b.Root(), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "libc.so.6" {
			return os.Remove(path)
		}
		return err
	})
}

func noShell(ctx context.Context, b *bench.Bench) error {
	if err := steps.Gather().Do(ctx, b); err != nil {
		return err
	}
	return os.Remove(b.Path("rootfs", "bin", "sh"))
}

// noChroot starts the shell in the machine's own root.
func noChroot(ctx context.Context, b *bench.Bench) error {
	return stand(ctx, b, "chroot", "/")
}

// workingOutside takes the new root, and keeps the old working directory.
func workingOutside(ctx context.Context, b *bench.Bench) error {
	return stand(ctx, b, "no chdir", b.Root())
}

func stand(ctx context.Context, b *bench.Bench, stage, root string) error {
	var flags uintptr
	if os.Geteuid() != 0 {
		flags = unix.CLONE_NEWUSER
	}
	p := sandbox.Shell(b)
	p.Root = root
	return sandbox.Stand(ctx, b, namespace.Isolated(flags, stage, p))
}

func noChdir(c *process.Child, p chroot.Program) (struct{}, error) {
	if err := c.Trace.Chroot(p.Root); err != nil {
		return struct{}{}, err
	}
	return chroot.Exec(c, p.Argv)
}

func onlyOutside(_ context.Context, b *bench.Bench) error {
	return os.WriteFile(b.Path("outside.txt"), []byte("you can not see me\n"), 0o644)
}

func onlyInside(ctx context.Context, b *bench.Bench) error {
	if err := write(ctx, b); err != nil {
		return err
	}
	return os.Remove(b.Path("outside.txt"))
}

func alsoInside(ctx context.Context, b *bench.Bench) error {
	if err := write(ctx, b); err != nil {
		return err
	}
	inside := filepath.Join(b.Root(), b.Dir)
	if err := os.MkdirAll(inside, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(inside, "outside.txt"), nil, 0o644)
}
