package namespace_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/chroot"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/sys"
)

// name sets the host name and returns what it is then.
func name(c *process.Child, to string) (string, error) {
	if _, err := namespace.SetHostname(c, to); err != nil {
		return "", err
	}
	var uts unix.Utsname
	err := unix.Uname(&uts)
	return unix.ByteSliceToString(uts.Nodename[:]), err
}

func TestSetHostnameInsideOnly(t *testing.T) {
	needNamespaces(t)
	before, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	var inside string
	c := namespace.Isolated(unix.CLONE_NEWUSER|unix.CLONE_NEWUTS, "name", "named-inside")
	if err := process.Run(t.Context(), nil, c, &inside); err != nil {
		t.Fatal(err)
	}
	after, err := os.Hostname()
	if inside != "named-inside" || after != before || err != nil {
		t.Errorf("host name inside, outside = %q, %q, %v; want named-inside and %q as before", inside, after, err, before)
	}
}

// TestSetHostnameIsRefused tries it with our own UTS namespace, as root of a
// user namespace that does not own that.
func TestSetHostnameIsRefused(t *testing.T) {
	needNamespaces(t)
	err := process.Run(t.Context(), nil, namespace.Isolated(unix.CLONE_NEWUSER, "name", "not-to-be"), nil)
	if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "CAP_SYS_ADMIN") {
		t.Errorf("SetHostname in our own UTS namespace = %v; want EPERM and the capability that it needs", err)
	}
}

// execute is Run without the mounts made private.
func execute(c *process.Child, p chroot.Program) (struct{}, error) { return chroot.Run(c, p) }

// standing starts a program that stays, and returns its pid.
func standing(t *testing.T, trace *sys.Tracer, c process.Command) int {
	t.Helper()
	p, err := process.Start(trace, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill(); _, _ = p.Wait() })
	if err := p.Follow(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	return p.PID
}

var sleep = chroot.Program{Root: "/", Argv: []string{"/bin/sleep", "60"}}

// TestRunMakesMountsPrivate mounts something where mounts are shared, as under
// systemd: a process with a copy of the mounts gets it too, Run's does not.
func TestRunMakesMountsPrivate(t *testing.T) {
	needNamespaces(t)
	if os.Geteuid() != 0 {
		t.Skip("it takes root to share a mount")
	}
	shared := t.TempDir()
	mount := func(source, target, fstype string, flags uintptr) {
		t.Helper()
		if err := unix.Mount(source, target, fstype, flags, ""); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Unmount(target, unix.MNT_DETACH) })
	}
	mount("tmpfs", shared, "tmpfs", 0)
	if err := unix.Mount("none", shared, "", unix.MS_SHARED, ""); err != nil {
		t.Fatal(err)
	}
	later := filepath.Join(shared, "later")
	if err := os.Mkdir(later, 0o755); err != nil {
		t.Fatal(err)
	}
	pids := map[string]int{}
	for _, stage := range []string{"namespace", "only chroot"} {
		pids[stage] = standing(t, nil, namespace.Isolated(namespace.Six, stage, sleep))
	}
	mount("tmpfs", later, "tmpfs", 0)
	for stage, want := range map[string]bool{"namespace": false, "only chroot": true} {
		mounts, err := kernel.Mounts(pids[stage])
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(mounts, func(m kernel.Mount) bool { return m.Target == later })
		if got != want {
			t.Errorf("a mount made later is in the mountinfo of stage %q: %v; want %v", stage, got, want)
		}
	}
}

// TestRunMakesCallsInOrder sees that no mount is private too late.
func TestRunMakesCallsInOrder(t *testing.T) {
	needNamespaces(t)
	var calls []string
	trace := sys.NewTracer(func(c sys.Call) {
		if c.PID != 0 {
			calls = append(calls, c.Name+" "+c.Args[0])
		}
	})
	pid := standing(t, trace, namespace.Isolated(namespace.Six, "namespace", sleep))
	want := []string{`mount "none"`, `chdir "/"`, `chroot "."`, `chdir "/"`, `execve "/bin/sleep"`}
	if !slices.Equal(calls, want) {
		t.Errorf("calls = %q; want %q", calls, want)
	}
	mounts, err := kernel.Mounts(pid)
	if err != nil || len(mounts) == 0 {
		t.Fatalf("%d mounts inside, %v; want some", len(mounts), err)
	}
	for _, m := range mounts {
		if m.Shared != 0 || m.Master != 0 {
			t.Errorf("mount at %s inside is in peer group %d, slave of %d; want private", m.Target, m.Shared, m.Master)
		}
	}
}
