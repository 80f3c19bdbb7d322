package escape

import (
	"context"
	"fmt"
	"os"
	"slices"

	"byhand/internal/diagnose"
	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// outside is the file that no path inside leads to.
func outside(b *bench.Bench) string { return b.Path("outside.txt") }

// control opens it out here: that it is there at all.
func control(b *bench.Bench) lesson.Check {
	c := lesson.Equal("outside, the same open", "opened", probe.TryOpen(outside(b)), "the file is not there, so failing to open it proves nothing")
	c.Control = true
	return c
}

func locked(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	root := steps.Root(b, pid)
	if !root.OK {
		return []lesson.Check{root}, nil
	}
	cwd, err := kernel.CwdLink(pid)
	if err != nil {
		return nil, err
	}
	inside, err := steps.TryOpen(ctx, b, outside(b))
	if err != nil {
		return nil, err
	}
	return []lesson.Check{
		root,
		lesson.Equal("the link cwd in /proc/PID", root.Want, cwd, diagnose.Outside(pid)),
		lesson.Equal("from inside, open "+outside(b), "ENOENT", inside, "the file can be opened from inside: it lies below the root"),
		control(b),
	}, nil
}

func escaped(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	got, err := kernel.RootLink(pid)
	if err != nil {
		return nil, err
	}
	root := lesson.Equal("the link root in /proc/PID", "/", got, "it is still locked up: the second chroot(2) was not made, or chdir(2) led into that root, or chroot(\".\") at the top is missing")
	if !root.OK {
		return []lesson.Check{root}, nil
	}
	mounts, err := namespaceOf(pid)
	if err != nil {
		return nil, err
	}
	inside, err := steps.TryOpen(ctx, b, outside(b))
	if err != nil {
		return nil, err
	}
	return []lesson.Check{
		root,
		lesson.Equal("its mount namespace", "ours", mounts, "it is at the root of another mount namespace, which is not the machine's"),
		lesson.Equal("from there, open "+outside(b), "opened", inside, "it has no name for the file: it is not out"),
	}, nil
}

// namespaceOf says whose mount namespace a process is in.
func namespaceOf(pid int) (string, error) {
	ours, err := kernel.Namespace(0, "mnt")
	if err != nil {
		return "", err
	}
	theirs, err := kernel.Namespace(pid, "mnt")
	if err != nil || ours == theirs {
		return "ours", err
	}
	return "one of its own", nil
}

func held(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	mounts, err := namespaceOf(pid)
	if err != nil {
		return nil, err
	}
	own := lesson.Equal("its mount namespace", "one of its own", mounts, diagnose.Shared(pid, "mnt"))
	root := steps.Root(b, pid)
	if checks := []lesson.Check{own, root}; !lesson.Passed(checks) {
		return checks, nil
	}
	machine, err := machines(pid)
	if err != nil {
		return nil, err
	}
	quiet := *b
	quiet.Trace = nil // the probe's own calls are not the lesson's
	var got string
	if err := sandbox.Join(ctx, &quiet, "out", outside(b), &got); err != nil {
		return nil, err
	}
	return []lesson.Check{
		own, root,
		lesson.Equal("the machine's root among its mounts", "absent", machine, "the old root is there still: umount -l . after pivot_root . ."),
		lesson.Equal("from inside, after the same way out, open "+outside(b), "ENOENT", got, "the way out is open: the root is only chroot(2)'s"),
		control(b),
	}, nil
}

// machines reports whether the mount that is our root is among those of a
// process's namespace, at whatever place.
func machines(pid int) (string, error) {
	ours, err := kernel.Mounts(0)
	if err != nil {
		return "", err
	}
	root, found := kernel.MountAt(ours, "/")
	if !found {
		return "", fmt.Errorf("find our own root in /proc/%d/mountinfo", os.Getpid())
	}
	theirs, err := kernel.Mounts(pid)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(theirs, func(m kernel.Mount) bool { return m.Device == root.Device && m.Root == root.Root }) {
		return "present", nil
	}
	return "absent", nil
}
