package unshare

import (
	"context"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

func TestMain(m *testing.M) {
	lessontest.Main(m, process.Table{"hostname elsewhere": process.Typed(namespace.SetHostname)})
}

func TestLaws(t *testing.T) {
	without := func(flag uintptr, name, says string) lessontest.Saboteur {
		return lessontest.Saboteur{Name: "without " + name, Do: steps.IsolateIn(namespace.Six &^ flag), Says: says}
	}
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Start a shell in six new namespaces": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "a process in the sandbox"},
			without(unix.CLONE_NEWUTS, "CLONE_NEWUTS", "our uts namespace"),
			without(unix.CLONE_NEWIPC, "CLONE_NEWIPC", "our ipc namespace"),
			without(unix.CLONE_NEWNET, "CLONE_NEWNET", "our net namespace"),
			without(unix.CLONE_NEWPID, "CLONE_NEWPID", "our pid namespace"),
			{Name: "without CLONE_NEWNS", Do: sharedMounts, Says: "our mnt namespace"},
			{Name: "without CLONE_NEWUSER", Do: steps.IsolateIn(namespace.Six &^ unix.CLONE_NEWUSER), Says: "our user namespace", Root: true},
			{Name: "another user mapped too", Do: anotherMapped, Says: "--map-root-user", Root: true},
			{Name: "no chroot", Do: noChroot, Says: "chroot(2) was not called"},
		},
		"Give it a host name of its own": {
			{Name: "not named", Do: lessontest.Nothing, Says: "host name"},
			{Name: "another name", Do: otherName, Says: "host name"},
			{Name: "named in another namespace", Do: namedElsewhere, Says: "not in the sandbox's UTS namespace"},
		},
	})
}

// sharedMounts runs the stage that touches no mount, since they are the
// machine's own.
func sharedMounts(ctx context.Context, b *bench.Bench) error {
	return sandbox.Stand(ctx, b, namespace.Isolated(namespace.Six&^unix.CLONE_NEWNS, "chroot", sandbox.Shell(b)))
}

func anotherMapped(ctx context.Context, b *bench.Bench) error {
	c := namespace.Isolated(namespace.Six, "namespace", sandbox.Shell(b))
	c.UIDMap = "0 0 2"
	return sandbox.Stand(ctx, b, c)
}

func noChroot(ctx context.Context, b *bench.Bench) error {
	p := sandbox.Shell(b)
	p.Root = "/"
	return sandbox.Stand(ctx, b, namespace.Isolated(namespace.Six, "namespace", p))
}

func otherName(ctx context.Context, b *bench.Bench) error {
	return sandbox.Join(ctx, b, "hostname", "other", nil)
}

func namedElsewhere(ctx context.Context, b *bench.Bench) error {
	c := namespace.Isolated(unix.CLONE_NEWUSER|unix.CLONE_NEWUTS, "hostname elsewhere", hostname)
	return process.Run(ctx, b.Trace, c, nil)
}
