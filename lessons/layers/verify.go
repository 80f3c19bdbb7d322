package layers

import (
	"context"
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
	"byhand/lessons/internal/steps"
)

// seen is a path inside as it is reached from outside.
func seen(pid int, path string) string { return fmt.Sprintf("/proc/%d/root%s", pid, path) }

// names lists a directory, in a line.
func names(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "no such directory"
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

// read returns what a file holds, its lines divided by slashes.
func read(path string) string {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENOTDIR):
		return "no such file"
	case err != nil:
		return kind(path)
	}
	return strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", " / ")
}

// kind says what a file is.
func kind(path string) string {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return "nothing"
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return "file"
	case unix.S_IFLNK:
		if _, err := os.Stat(path); err == nil {
			return "file"
		}
		return "link"
	case unix.S_IFDIR:
		return "directory"
	case unix.S_IFCHR:
		return fmt.Sprintf("character device %v", kernel.DeviceOf(st.Rdev))
	}
	return "something else"
}

// whiteout is what kind says of a mark for a file that is gone.
const whiteout = "character device 0:0"

func layered(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	two := b.Path("layers", "2")
	control := lesson.Equal("the same in the first layer", "file", kind(b.Path("layers", "1", "srv", "old")), "it was deleted in the first layer, which others may need")
	control.Control = true
	return []lesson.Check{
		lesson.Equal("in the second layer, /app/hello, which is new", "hello from the second", read(two+"/app/hello"), "the second layer was not made, or lacks the new file"),
		lesson.Equal("/srv/changed, which replaces the first one's", "from the second", read(two+"/srv/changed"), "it lacks the file that replaces another"),
		lesson.Equal("/srv/old, which is to be gone", whiteout, kind(two+"/srv/old"), "nothing says that the file is gone: mknod c 0 0"),
		lesson.Equal("all names in it", "app srv", names(two), "it holds more than the difference: the rest comes from the first"),
		control,
	}, nil
}

// pileAt judges that the layers are mounted at a path inside, over one another
// in the right order and below an upper directory.
func pileAt(pid int, target, upper string) ([]lesson.Check, error) {
	mounts, err := kernel.Mounts(pid)
	if err != nil {
		return nil, err
	}
	m, found := kernel.MountAt(mounts, target)
	got := "nothing"
	if found && m.Target == target {
		got = m.FSType
	}
	return []lesson.Check{
		lesson.Equal(target+" in the sandbox's mountinfo", "overlay", got, "no overlay is mounted there inside"),
		lesson.Equal("its upper directory", upper, last(option(m, "upperdir")), "without an upper directory it can't be written to; with another container's, both damage it"),
		lesson.Equal("its lower directories, the top one first", "2:1", lowers(option(m, "lowerdir")), "the leftmost lowerdir is the top one: layers/2:layers/1"),
	}, nil
}

// option is the value of an option of a mount's file system.
func option(m kernel.Mount, key string) string {
	for o := range strings.SplitSeq(m.SuperOptions, ",") {
		if value, found := strings.CutPrefix(o, key+"="); found {
			return value
		}
	}
	// Since Linux 6.5 each lower directory may stand for itself.
	var list []string
	for o := range strings.SplitSeq(m.SuperOptions, ",") {
		if value, found := strings.CutPrefix(o, key+"+="); found {
			list = append(list, value)
		}
	}
	return strings.Join(list, ":")
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func lowers(list string) string {
	var short []string
	for path := range strings.SplitSeq(list, ":") {
		short = append(short, last(path))
	}
	return strings.Join(short, ":")
}

func stacked(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	checks, err := pileAt(pid, "/", "upper")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	// Not b.Root(): of what a person made, that may be the pile itself, since no
	// path of ours leads there.
	control := lesson.Equal("outside, in $LAB/rootfs", "", names(filepath.Join(b.Dir, "rootfs")), "it was mounted outside, too, or files were copied there")
	control.Control = true
	return append(checks,
		lesson.Equal("inside, a shell, which the first layer has", "file", kind(seen(pid, "/bin/sh")), "the first layer is not below"),
		lesson.Equal("inside, /srv/changed, which both have", "from the second", readOr(pid, "/srv/changed", "from the second / more"), "the first layer is on top"),
		lesson.Equal("inside, /srv/old, which the second takes away", "nothing", kind(seen(pid, "/srv/old")), "the mark does not hide it"),
		control,
	), nil
}

// readOr reads a file inside, and takes what a later step makes of it for what
// it was before.
func readOr(pid int, path, later string) string {
	got := read(seen(pid, path))
	if got == later {
		got, _, _ = strings.Cut(later, " / ")
	}
	return got
}

func changed(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	upper, two := b.Path("upper"), b.Path("layers", "2")
	one := lesson.Equal("in the second layer, /srv/changed", "from the second", read(two+"/srv/changed"), "it was written to the layer, which all containers of the image have")
	other := lesson.Equal("in the second layer, /app/hello", "hello from the second", read(two+"/app/hello"), "it was deleted in the layer, which all containers of the image have")
	one.Control, other.Control = true, true
	return []lesson.Check{
		lesson.Equal("in the upper directory, /new", "new", read(upper+"/new"), "nothing was written inside, or not there"),
		lesson.Equal("/srv/changed", "from the second / more", read(upper+"/srv/changed"), "it was not changed inside: a changed file is copied up whole"),
		lesson.Equal("/app/hello", whiteout, kind(upper+"/app/hello"), "it was not deleted inside"),
		lesson.Equal("inside, /app/hello", "nothing", kind(seen(pid, "/app/hello")), "it is still there: it was not deleted inside"),
		lesson.Equal("inside, /srv/changed", "from the second / more", read(seen(pid, "/srv/changed")), "it was not changed inside"),
		one, other,
	}, nil
}

func shared(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	checks, err := pileAt(pid, "/second", "upper2")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	control := lesson.Equal("in the first container, /app/hello", "nothing", kind(seen(pid, "/app/hello")), "the first container has it too, so that nothing is told apart")
	control.Control = true
	return append(checks,
		lesson.Equal("in the second, /app/hello", "hello from the second", read(seen(pid, "/second/app/hello")), "the layer is no longer what it was"),
		lesson.Equal("in the second, /srv/changed", "from the second", read(seen(pid, "/second/srv/changed")), "the layer is no longer what it was"),
		lesson.Equal("in the second, /new", "nothing", kind(seen(pid, "/second/new")), "the second has what the first wrote: their upper directories are not apart"),
		lesson.Equal("the second one's upper directory", "", names(b.Path("upper2")), "something was copied there, though nothing was written"),
		control,
	), nil
}
