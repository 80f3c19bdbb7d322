package steps

import (
	"context"
	"errors"

	"byhand/lab/bench"
	"byhand/lab/cgroup"
)

// Delegate gets an ordinary user a part of the cgroup v2 tree, where there is
// none yet: it moves byhand itself into a scope of the user's own systemd.
func Delegate(ctx context.Context, b *bench.Bench) error {
	return DelegateFor(cgroup.Memory)(ctx, b)
}

// DelegateFor is Delegate for a lesson that uses another controller.
func DelegateFor(c cgroup.Controller) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		_, err := cgroup.Locate(c)
		if errors.Is(err, cgroup.ErrNotDelegated) {
			return cgroup.Delegate(ctx, b.Trace)
		}
		return err
	}
}

// scopeFile is where a script leaves the directory of its scope, for the
// commands that take all away.
const scopeFile = `"$LAB/scope"`

// DelegateShell is the same for the shell that runs a script, or nothing where
// there is no need.
func DelegateShell(b *bench.Bench) string { return DelegateShellFor(cgroup.Memory)(b) }

// DelegateShellFor is DelegateShell for a lesson that uses another controller.
func DelegateShellFor(c cgroup.Controller) func(*bench.Bench) string {
	return func(*bench.Bench) string {
		if _, err := cgroup.Locate(c); !errors.Is(err, cgroup.ErrNotDelegated) {
			return ""
		}
		return cgroup.DelegateShell() + `echo "$scope" >` + scopeFile + "\n"
	}
}

// FindScope writes the command by which a later shell has the variable of
// DelegateShellFor again, or nothing where that writes nothing.
func FindScope(c cgroup.Controller) func(*bench.Bench) string {
	return func(b *bench.Bench) string {
		if DelegateShellFor(c)(b) == "" {
			return ""
		}
		return "scope=$(cat " + scopeFile + ")\n"
	}
}
