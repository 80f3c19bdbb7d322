// Package steps holds the steps that several lessons start from.
package steps

import (
	"context"
	"fmt"
	"os"
	"strings"

	"byhand/internal/diagnose"
	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/rootfs"
	"byhand/lab/sandbox"
)

// Text makes a step's Shell of commands that are the same for every bench.
func Text(script string) func(*bench.Bench) string {
	return func(*bench.Bench) string { return script }
}

// Gather builds the root file system.
func Gather() lesson.Step {
	return lesson.Step{
		Title: "Gather a root file system",
		Why:   "A root is only files: programs, the libraries and the loader that their ELF headers name, and a few empty directories.",
		Shell: func(b *bench.Bench) string {
			source, err := rootfs.Parse(b.Source)
			if err != nil {
				return "# " + err.Error()
			}
			return source.Shell()
		},
		Do:     gather,
		Source: []any{rootfs.Build},
		Verify: gathered,
	}
}

func gather(ctx context.Context, b *bench.Bench) error {
	source, err := rootfs.Parse(b.Source)
	if err != nil {
		return err
	}
	return rootfs.Build(ctx, source, b.Root(), func(p rootfs.Progress) {
		if b.Work != nil && p.Unit != "" {
			b.Work(p.What, p.Done, p.Total, p.Unit)
		}
	})
}

func gathered(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	const hint = "a program starts only if the loader and each library named in its ELF header are inside the root"
	missing, err := rootfs.Missing(b.Root())
	if err != nil {
		missing = []string{err.Error()}
	}
	got := "none"
	if len(missing) > 0 {
		got = strings.Join(missing, "; ")
	}
	shell := "missing"
	for _, tool := range rootfs.Tools(b.Root()) {
		if tool == "sh" {
			shell = "there"
		}
	}
	return []lesson.Check{
		lesson.Equal("libraries that programs in the root lack", "none", got, hint),
		lesson.Equal("a shell in the root", "there", shell, "the root needs a shell at /bin/sh"),
	}, nil
}

// Isolate starts the shell in six new namespaces.
func Isolate() lesson.Step {
	return lesson.Step{
		Title: "Start a shell in six new namespaces",
		Why:   "Each CLONE_NEW flag gives the child a fresh copy of one thing that processes otherwise share.",
		Shell: Text(`mkfifo "$LAB/in"
unshare --mount --uts --ipc --net --pid --fork --user --map-root-user \
  chroot "$LAB/rootfs" /bin/sh <>"$LAB/in" >"$LAB/out" 2>&1 &
until pgrep -P $! >"$LAB/pid"; do sleep 0.1; done`),
		Do:     isolate,
		Source: []any{namespace.Isolated, namespace.Run},
		Verify: func(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) { return Isolated(ctx, b, b.Root()) },
	}
}

func isolate(ctx context.Context, b *bench.Bench) error {
	return IsolateIn(namespace.Six)(ctx, b)
}

// IsolateIn stands a shell in the namespaces of flags.
func IsolateIn(flags uintptr) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		return sandbox.Stand(ctx, b, namespace.Isolated(flags, "namespace", sandbox.Shell(b)))
	}
}

// you are the one outside whom root inside must be: who runs byhand, or else
// who started what is judged.
func you(b *bench.Bench, started kernel.Status) int {
	if b.Subject == nil {
		return os.Geteuid()
	}
	return started.UID.Real
}

// Isolated judges that a process stands in six namespaces of its own, with the
// directory root as its root.
func Isolated(ctx context.Context, b *bench.Bench, root string) ([]lesson.Check, error) {
	pid, refused := Standing(b)
	if refused != nil {
		return refused, nil
	}
	checks := []lesson.Check{RootAt(root, pid)}
	for _, kind := range []string{"mnt", "uts", "ipc", "net", "pid", "user"} {
		ours, err := kernel.Namespace(0, kind)
		if err != nil {
			return nil, err
		}
		theirs, err := kernel.Namespace(pid, kind)
		if err != nil {
			return nil, err
		}
		checks = append(checks, lesson.Check{
			Name: fmt.Sprintf("/proc/%d/ns/%s", pid, kind), Want: "not ours, " + ours, Got: theirs, OK: ours != theirs,
			Hint: diagnose.Shared(pid, kind),
		})
	}
	nspid, err := kernel.StatusField(pid, "NSpid")
	if err != nil {
		return nil, err
	}
	idmap, err := kernel.UIDMap(pid)
	if err != nil {
		return nil, err
	}
	status, err := kernel.ReadStatus(pid)
	if err != nil {
		return nil, err
	}
	checks = append(checks,
		lesson.Equal("NSpid: its number outside and inside", fmt.Sprintf("%d 1", pid), nspid, diagnose.NotFirst(pid)),
		lesson.Equal("uid_map", fmt.Sprintf("0 %d 1", you(b, status)), idmap, diagnose.Unmapped(pid)),
	)
	if !lesson.Passed(checks) {
		return checks, nil
	}
	view, err := Look(ctx, b)
	if err != nil {
		return nil, err
	}
	links := "none"
	for _, l := range view.Links {
		if l.Name == "lo" {
			links = "lo, down"
			if l.Up {
				links = "lo, up"
			}
		}
	}
	return append(checks,
		lesson.Equal("from inside, the user id", "0", fmt.Sprint(view.UID), "whoever joins the namespace is not root in it"),
		lesson.Equal("from inside, the loopback device", "lo, down", links, "a new network namespace has a loopback device that nobody has set up yet"),
	), nil
}
