package bindmounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
)

// site is the directory of the machine's that is served inside.
func site(b *bench.Bench) string { return b.Path("site") }

// seen is a path inside as it is reached from outside, through the mounts of
// the process that stands there.
func seen(pid int, path string) string { return fmt.Sprintf("/proc/%d/root%s", pid, path) }

// targets makes directories in the sandbox's root for mounts to cover.
func targets(b *bench.Bench, names ...string) error {
	// A link in the root must not lead out of it.
	root, err := os.OpenRoot(b.Root())
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range names {
		err = errors.Join(err, root.MkdirAll(strings.TrimPrefix(name, "/"), 0o755))
	}
	return err
}

// mountAt is the mount at a path inside, and false where nothing is mounted there.
func mountAt(pid int, target string) (kernel.Mount, bool, error) {
	// Of a process with a root of its own, mountinfo gives the targets as it sees them.
	mounts, err := kernel.Mounts(pid)
	if err != nil {
		return kernel.Mount{}, false, err
	}
	m, found := kernel.MountAt(mounts, target)
	return m, found && m.Target == target, nil
}

// identity is what tells one file from all others.
func identity(path string) string {
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return "no such file"
	}
	return fmt.Sprintf("device %v, inode %d", kernel.DeviceOf(stat.Dev), stat.Ino)
}

// isMounted judges that something is mounted at a path inside.
func isMounted(pid int, target string) (lesson.Check, kernel.Mount, error) {
	m, found, err := mountAt(pid, target)
	got := "nothing"
	if found {
		got = "a mount"
	}
	return lesson.Equal(target+" in the sandbox's mountinfo", "a mount", got,
		"nothing is mounted there inside: it was not bound, or in our own mount namespace, or what is there is a copy"), m, err
}

// isSite judges that a path inside is the machine's directory.
func isSite(b *bench.Bench, pid int, target string) lesson.Check {
	return lesson.Equal(fmt.Sprintf("%s inside, beside %s outside", target, site(b)), identity(site(b)), identity(seen(pid, target)),
		"it is not the same directory: a copy, or another one")
}

// tryWrite writes a new file from inside and removes it. It returns the
// error's name, or "written".
func tryWrite(ctx context.Context, b *bench.Bench, pid int, dir string) (string, error) {
	path := filepath.Join(dir, "probe-"+rand.Text())
	got, err := write(ctx, b, path, "")
	if err == nil && got == "written" {
		err = os.Remove(seen(pid, path))
	}
	return got, err
}

func write(ctx context.Context, b *bench.Bench, path, text string) (got string, err error) {
	quiet := *b
	quiet.Trace = nil // a probe's own calls are not the lesson's
	err = sandbox.Join(ctx, &quiet, "write", probe.Note{Path: path, Text: text}, &got)
	return got, err
}

// everywhere are the mounts of the sandbox's mount namespace, those outside its
// root included, by the machine's paths.
func everywhere(ctx context.Context, b *bench.Bench) (mounts []kernel.Mount, err error) {
	quiet := *b
	quiet.Trace = nil
	err = sandbox.Join(ctx, &quiet, "mounts", struct{}{}, &mounts)
	return mounts, err
}
