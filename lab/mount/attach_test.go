package mount_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/process"
	"byhand/lab/sandbox"
)

// A place is a target in a container's root.
type place struct{ Root, Target string }

// detach is a stage: it takes a mount away again.
func detach(c *process.Child, p place) (struct{}, error) {
	return struct{}{}, mount.Detach(c.Trace, p.Root, p.Target)
}

// bareRemount is a stage: it binds, and remounts read-only without naming what
// else is to stay.
func bareRemount(c *process.Child, b mount.Binding) (struct{}, error) {
	if err := mount.Bind(c.Trace, b.Source, b.Target, true); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, c.Trace.Mount("none", b.Target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
}

// source makes a directory with one file beside a bench's root.
func source(t *testing.T, b *bench.Bench) string {
	t.Helper()
	dir := b.Path("site")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("site"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func attach(t *testing.T, b *bench.Bench, text string) error {
	t.Helper()
	spec, err := mount.ParseMount(text)
	if err != nil {
		t.Fatal(err)
	}
	return sandbox.Join(t.Context(), b, "attach", mount.Mounts{Root: b.Root(), Specs: []mount.Spec{spec}}, nil)
}

func TestAttachAndDetach(t *testing.T) {
	b, pid := standing(t)
	from := source(t, b)
	if err := attach(t, b, "type=bind,source="+from+",target=/made/for/it,readonly"); err != nil {
		t.Fatal(err)
	}
	m, found := mounted(t, pid, "/made/for/it")
	if !found || !m.Has("ro") || m.Propagation() != "private" {
		t.Errorf("mount at /made/for/it = %+v; want one that is read-only and private", m)
	}
	if _, ours := mounted(t, 0, b.Path("rootfs", "made", "for", "it")); ours {
		t.Error("it is mounted in our own mount namespace as well; want it inside only")
	}
	if err := sandbox.Join(t.Context(), b, "detach", place{b.Root(), "/made/for/it"}, nil); err != nil {
		t.Fatal(err)
	}
	if m, found := mounted(t, pid, "/made/for/it"); found {
		t.Errorf("after Detach %+v is mounted; want nothing", m)
	}
	if err := sandbox.Join(t.Context(), b, "detach", place{b.Root(), "/made/for/it"}, nil); !errors.Is(err, unix.EINVAL) {
		t.Errorf("Detach of what is no mount = %v; want EINVAL", err)
	}
}

// TestAttachStaysInTheRoot has links in the root lead to the machine's files.
func TestAttachStaysInTheRoot(t *testing.T) {
	b, pid := standing(t)
	from := source(t, b)
	outside := t.TempDir()
	for name, to := range map[string]string{"escape": "../../../../../.." + outside, "absolute": outside + "/new", "top": "/.."} {
		if err := os.Symlink(to, b.Path("rootfs", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []string{"/escape/below", "/absolute"} {
		if err := attach(t, b, "type=bind,source="+from+",target="+target); err != nil {
			t.Errorf("attach at %s = %v; want it below the root", target, err)
		}
	}
	for _, target := range []string{outside + "/below", outside + "/new"} {
		if _, found := mounted(t, pid, target); !found {
			t.Errorf("nothing is mounted at %s inside; want the link followed below the root", target)
		}
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("%s outside holds %v, %v; want nothing made there", outside, entries, err)
	}
	err := attach(t, b, "type=bind,source="+from+",target=/top")
	if err == nil || !strings.Contains(err.Error(), "destination can't be '/'") {
		t.Errorf("attach at a link to the root = %v; want a refusal", err)
	}
}

func TestAttachRefuses(t *testing.T) {
	b, pid := standing(t)
	from := source(t, b)
	for _, test := range []struct{ source, options, want string }{
		{from + "/missing", ",target=/data", "bind source path does not exist: " + from + "/missing"},
		{from + "/file", ",target=/etc", "Are you trying to mount a directory onto a file (or vice-versa)?"},
		{from, ",target=/etc/passwd", "Are you trying to mount a directory onto a file (or vice-versa)?"},
		{from, ",target=/data,bind-propagation=rshared", "but it is not a shared mount"},
		{from, ",target=/data,bind-propagation=slave", "but it is not a shared or slave mount"},
	} {
		err := attach(t, b, "type=bind,source="+test.source+test.options)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("attach %s%s = %v; want %q", test.source, test.options, err, test.want)
		}
	}
	for _, target := range []string{"/data", "/etc", "/etc/passwd"} {
		if m, found := mounted(t, pid, target); found {
			t.Errorf("after refusals %+v is mounted; want nothing", m)
		}
	}
}

// TestReadOnlyNamesWhatIsLocked binds, in a user namespace, what came from
// outside with nosuid, nodev and noexec.
func TestReadOnlyNamesWhatIsLocked(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it takes root to mount something outside first")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=755"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	b, pid := standing(t)
	at := mount.Binding{Source: dir, Target: b.Path("rootfs", "mnt"), Recursive: true}
	if err := sandbox.Join(t.Context(), b, "bare remount", at, nil); !errors.Is(err, unix.EPERM) {
		t.Errorf("remount without nosuid, nodev and noexec = %v; want EPERM", err)
	}
	if err := sandbox.Join(t.Context(), b, "readonly", at, nil); err != nil {
		t.Errorf("ServeReadOnly = %v; want nil", err)
	}
	m, _ := mounted(t, pid, "/mnt")
	for _, option := range []string{"ro", "nosuid", "nodev", "noexec"} {
		if !m.Has(option) {
			t.Errorf("the mount's options are %s; want %s among them", m.Options, option)
		}
	}
}
