package cgroup

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"byhand/internal/kernel"
	"byhand/lab/sys"
)

// Delegate moves this process into a part of the v2 tree that an ordinary
// user may divide: a scope that the user's own systemd makes, with
// Delegate=yes. It is for whom Locate refuses with ErrNotDelegated. Locate finds the scope from then on, and so does every
// process started from here; it lasts as long as a process in it, and no longer
// than the user is logged in, unless loginctl(1) has enable-linger. Without
// systemd the error is a *LackError.
//
// It asks over D-Bus, by busctl(1), since systemd-run(1) --scope would have to
// start byhand once more: a call can name processes that run already.
func Delegate(ctx context.Context, t *sys.Tracer) error {
	scope := scopeName()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	argv := delegation(scope, strconv.Itoa(os.Getpid()))
	if out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return &LackError{Lack: fmt.Errorf("%w, and systemd made no scope: %w: %s", ErrNotDelegated, err, bytes.TrimSpace(out)), Next: "run it as root: sudo"}
	}
	dir, err := waitFor(ctx, scope)
	if err != nil {
		return err
	}
	// A group that hands on controllers may have no processes of its own, and
	// so far the scope has us.
	leaf := filepath.Join(dir, "supervisor")
	return Ops{{Verb: Mkdir, Path: leaf}, {Verb: Write, Path: filepath.Join(leaf, "cgroup.procs"), Text: "0"}}.Perform(t)
}

// CanDelegate reports whether the user has a systemd of their own that answers,
// which Delegate asks.
func CanDelegate(ctx context.Context) bool {
	return exec.CommandContext(ctx, "busctl", "--user", "get-property", "org.freedesktop.systemd1",
		"/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "Version").Run() == nil
}

// scopeVariable is what the shell calls the scope's directory.
const scopeVariable = "$scope"

// DelegateShell is the same for the shell that runs it, which has the scope's
// directory in its variable scope from then on.
func DelegateShell() string {
	argv := delegation("byhand.$$.scope", "$$")
	// Bare words all, but for the signature.
	return strings.Join(argv[:6], " ") + " \\\n  " + strings.Join(argv[6:], " ") + ` >/dev/null
until grep -q "byhand.$$.scope" /proc/$$/cgroup; do sleep 0.1; done
scope=/sys/fs/cgroup$(grep ^0:: /proc/$$/cgroup | cut -d: -f3)
# A group that hands on controllers may have no processes of its own.
mkdir "$scope/supervisor"
echo 0 > "$scope/supervisor/cgroup.procs"
`
}

// Scoped is a group in the scope that DelegateShell makes, which has no path
// before: for printing its Ops, not for performing them.
func Scoped(name string, controllers ...Controller) *Group {
	g := &Group{Name: name}
	for _, c := range controllers {
		g.add(Dir{Path: filepath.Join(scopeVariable, name), Version: 2, Mount: scopeVariable, Enable: []string{scopeVariable}}, c)
	}
	return g
}

// delegation is the command that asks for a scope: the method's arguments are
// its name, what to do where the name is taken, and two properties.
func delegation(scope, pid string) []string {
	signature := "ssa(sv)a(sa(sv))"
	if pid == "$$" {
		signature = "'" + signature + "'"
	}
	return []string{
		"busctl", "--user", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
		"org.freedesktop.systemd1.Manager", "StartTransientUnit", signature,
		scope, "fail", "2", "PIDs", "au", "1", pid, "Delegate", "b", "true", "0",
	}
}

// scopeName makes up a unit's name that is nobody's.
func scopeName() string {
	id := make([]byte, 4)
	_, _ = rand.Read(id) // it never fails
	return "byhand." + hex.EncodeToString(id) + ".scope"
}

// waitFor waits until we are in the scope, which systemd does in its own time,
// and returns its directory.
func waitFor(ctx context.Context, scope string) (string, error) {
	for {
		all, err := kernel.Hierarchies(0)
		if err != nil {
			return "", err
		}
		for _, h := range all {
			if h.Version == 2 && filepath.Base(h.Path) == scope {
				return dirOf(h), nil
			}
		}
		if err := pause(ctx); err != nil {
			return "", errors.Join(fmt.Errorf("wait for systemd to move us into %s: %w", scope, err), ErrNotDelegated)
		}
	}
}
