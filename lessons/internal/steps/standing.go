package steps

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
)

// Standing returns the process that stands in the sandbox, or the check that
// says there is none.
func Standing(b *bench.Bench) (int, []lesson.Check) {
	pid, err := sandbox.PID(b)
	if err != nil && b.Subject != nil {
		return 0, []lesson.Check{lesson.Equal("a process in the sandbox", "standing", "none", "no process of yours has another root or other namespaces than byhand: start one and leave it standing, or name it with --pid")}
	}
	if err != nil {
		return 0, []lesson.Check{lesson.Equal("a process in the sandbox", "standing", "none", "nothing was started, or it has ended: "+b.Path("out")+" holds its last words")}
	}
	return pid, nil
}

// Root checks that a process has the bench's root.
func Root(b *bench.Bench, pid int) lesson.Check { return RootAt(b.Root(), pid) }

// RootAt checks that a process has the directory dir as its root.
func RootAt(dir string, pid int) lesson.Check {
	// A symbolic link on the way to the bench is not in the kernel's answer.
	want, err := filepath.EvalSymlinks(dir)
	if err != nil {
		want = dir
	}
	got, err := kernel.RootLink(pid)
	if err != nil {
		got = err.Error()
	}
	// By pivot_root(2) the same directory is "/", of another mount namespace.
	if same(want, fmt.Sprintf("/proc/%d/root", pid)) {
		got = want
	}
	return lesson.Equal("the link root in /proc/PID", want, got, "the process still has another root: chroot(2) was not called, or on another directory: chroot "+want+" /bin/sh")
}

// same reports whether two paths lead to one directory.
func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// Look sees the sandbox from inside.
func Look(ctx context.Context, b *bench.Bench) (probe.View, error) {
	quiet := *b
	quiet.Trace = nil // a probe's own calls are not the lesson's
	var v probe.View
	err := sandbox.Join(ctx, &quiet, "look", struct{}{}, &v)
	return v, err
}

// TryOpen opens a file from inside, and returns the error's name or "opened".
func TryOpen(ctx context.Context, b *bench.Bench, path string) (string, error) {
	quiet := *b
	quiet.Trace = nil
	var got string
	err := sandbox.Join(ctx, &quiet, "open", path, &got)
	return got, err
}
