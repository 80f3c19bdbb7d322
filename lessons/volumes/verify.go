package volumes

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

// file is what is compared of one.
type file struct{ name, look, id string }

// list looks at all that is in a directory, its top first.
func list(dir string) []file {
	var files []file
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		var st unix.Stat_t
		if err != nil || unix.Lstat(path, &st) != nil {
			return nil // gone meanwhile, or not for us to see
		}
		name, _ := filepath.Rel(dir, path) // it lies in dir
		look := fmt.Sprintf("%s: mode %o, owner %d:%d", name, st.Mode&0o7777, st.Uid, st.Gid)
		if st.Mode&unix.S_IFMT == unix.S_IFREG {
			look += fmt.Sprintf(", %d bytes of %d", st.Size, st.Mtim.Sec)
		}
		files = append(files, file{name, look, fmt.Sprintf("device %v, inode %d", kernel.DeviceOf(st.Dev), st.Ino)})
		return nil
	})
	return files
}

func names(files []file) string {
	var all []string
	for _, f := range files {
		if f.name != "." {
			all = append(all, f.name)
		}
	}
	return strings.Join(all, " ")
}

func looks(files []file) string {
	var all []string
	for _, f := range files {
		all = append(all, f.look)
	}
	return strings.Join(all, "; ")
}

func filled(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	image, copied := list(b.Path("rootfs", "data")), list(data(b))
	checks := []lesson.Check{
		lesson.Equal("the names in the image's /data", "tables tables/t1", names(image), "they were moved, not copied"),
		lesson.Equal("the names in the volume", "tables tables/t1", names(copied), "the volume was not made, or not filled"),
	}
	if !lesson.Passed(checks) {
		return checks, nil
	}
	same := "other files"
	for i := range copied {
		if copied[i].id == image[i].id {
			same = "the same: " + copied[i].name
		}
	}
	return append(checks,
		lesson.Equal("what they look like", looks(image), looks(copied), "modes, owners or times were lost: cp -a keeps them"),
		lesson.Equal("the volume's files, beside the image's", "other files", same, "the volume is the image's directory, or links to it: what is written there would change the image"),
	), nil
}

// seen is a path inside as it is reached from outside.
func seen(pid int, path string) string { return fmt.Sprintf("/proc/%d/root%s", pid, path) }

// isVolume judges that the volume is mounted at a path inside.
func isVolume(b *bench.Bench, pid int, target string) ([]lesson.Check, kernel.Mount, error) {
	mounts, err := kernel.Mounts(pid)
	if err != nil {
		return nil, kernel.Mount{}, err
	}
	m, found := kernel.MountAt(mounts, target)
	got := "nothing"
	if found && m.Target == target {
		got = "a mount"
	}
	return []lesson.Check{
		lesson.Equal(target+" in the sandbox's mountinfo", "a mount", got, "nothing is mounted there inside: it was not bound, or in our own mount namespace"),
		lesson.Equal(fmt.Sprintf("%s inside, beside %s outside", target, data(b)), identity(data(b)), identity(seen(pid, target)), "it is not the volume: a copy, or another directory"),
	}, m, nil
}

// identity is what tells one directory from all others.
func identity(path string) string {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return "no such directory"
	}
	return fmt.Sprintf("device %v, inode %d", kernel.DeviceOf(st.Dev), st.Ino)
}

// read returns what a file holds, in a line.
func read(path string) string {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file"
	}
	return strings.TrimSpace(string(text))
}

func mounted(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	checks, _, err := isVolume(b, pid, "/data")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	control := lesson.Equal("/beside, which the container wrote beside it, in its root", "lost", read(filepath.Join(b.Root(), "beside")), "nothing was written beside the volume, for comparison")
	control.Control = true
	return append(checks,
		lesson.Equal("outside, what the container wrote to /data/note", "written by the first", read(filepath.Join(data(b), "note")), "the container did not write there"),
		lesson.Equal("inside, what came from the image", "the first row", read(seen(pid, "/data/tables/t1")), "the volume was not filled before it was mounted"),
		lesson.Equal("the image's /data, beneath the mount", "tables tables/t1", names(list(b.Path("rootfs", "data"))), "the container wrote to its root: the volume was not mounted yet"),
		control,
	), nil
}

func survived(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	checks, _, err := isVolume(b, pid, "/data")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	control := lesson.Equal("inside, /beside, which the first wrote to its root", "no such file", read(seen(pid, "/beside")), "it is still the first container, or its root: that was to be thrown away")
	control.Control = true
	return append(checks,
		lesson.Equal("inside, what the first container wrote to /data/note", "written by the first", read(seen(pid, "/data/note")), "the volume was emptied, or filled again"),
		lesson.Equal("outside, what the second wrote to /data/second", "written by the second", read(filepath.Join(data(b), "second")), "the second container did not write there"),
		control,
	), nil
}

func readable(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	checks, m, err := isVolume(b, pid, "/read")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	option := "rw"
	if m.Has("ro") {
		option = "ro"
	}
	refusal, err := try(ctx, b, pid, "/read")
	if err != nil {
		return nil, err
	}
	allowed, err := try(ctx, b, pid, "/data")
	if err != nil {
		return nil, err
	}
	control := lesson.Equal("from inside, write a file in /data", "written", allowed, "the volume itself is read-only now: the file system was remounted, or its modes changed")
	control.Control = true
	return append(checks,
		lesson.Equal("/read: the mount's own option", "ro", option, "it can be written to: a second call must make the mount read-only"),
		lesson.Equal("from inside, write a file in /read", "EROFS", refusal, "it is refused by a mode at most, and root may change that"),
		lesson.Equal("inside, /read/second", "written by the second", read(seen(pid, "/read/second")), "it can't be read"),
		control,
	), nil
}

// try writes a new file from inside and removes it. It returns the error's
// name, or "written".
func try(ctx context.Context, b *bench.Bench, pid int, dir string) (got string, err error) {
	quiet := *b
	quiet.Trace = nil // a probe's own calls are not the lesson's
	path := filepath.Join(dir, "probe-"+rand.Text())
	if err := sandbox.Join(ctx, &quiet, "write", probe.Note{Path: path}, &got); err != nil {
		return "", err
	}
	if got == "written" {
		// Root inside may write where an ordinary user outside may not delete.
		if err := os.Remove(seen(pid, path)); err != nil && !errors.Is(err, fs.ErrPermission) {
			return "", err
		}
	}
	return got, nil
}
