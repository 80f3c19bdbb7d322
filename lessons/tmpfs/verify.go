package tmpfs

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lessons/internal/steps"
)

// seen is a path inside as it is reached from outside, through the mounts of
// the process that stands there.
func seen(pid int, path string) string { return fmt.Sprintf("/proc/%d/root%s", pid, path) }

// mountOf is what is mounted at the place inside, and "nothing" where nothing is.
func mountOf(pid int) (kernel.Mount, string, error) {
	// Of a process with a root of its own, mountinfo gives the targets as it sees them.
	mounts, err := kernel.Mounts(pid)
	if err != nil {
		return kernel.Mount{}, "", err
	}
	m, found := kernel.MountAt(mounts, "/"+place)
	if !found || m.Target != "/"+place {
		return m, "nothing", nil
	}
	return m, m.FSType, nil
}

func mounted(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	m, kind, err := mountOf(pid)
	if err != nil {
		return nil, err
	}
	checks := []lesson.Check{lesson.Equal("/secret in the sandbox's mountinfo", "tmpfs", kind, "no memory is mounted there inside: nothing was, or another file system, or outside in our own mount namespace")}
	if !lesson.Passed(checks) {
		return checks, nil
	}
	var all unix.Statfs_t
	if err := unix.Statfs(seen(pid, "/"+place), &all); err != nil {
		return nil, err
	}
	info, err := os.Stat(seen(pid, "/"+place))
	if err != nil {
		return nil, err
	}
	var flags []string
	for _, f := range []string{"nosuid", "nodev", "noexec"} {
		if m.Has(f) {
			flags = append(flags, f)
		}
	}
	ours, err := kernel.Mounts(0)
	if err != nil {
		return nil, err
	}
	outside := "absent"
	if slices.ContainsFunc(ours, func(o kernel.Mount) bool { return o.Target == filepath.Join(b.Root(), place) }) {
		outside = "present"
	}
	control := lesson.Equal("that mount in our own mountinfo", "absent", outside, "it was mounted outside as well")
	control.Control = true
	return append(checks,
		lesson.Equal("the most that it may hold, as statfs(2) says", fmt.Sprint(size), fmt.Sprint(int64(all.Blocks)*all.Bsize), "it has another size: without size= it is half of the machine's memory"),
		lesson.Equal("the mode of /secret", "0700", fmt.Sprintf("%04o", info.Mode().Perm()), "others may look into it: mode= sets the mode of the top directory, which is 1777 without"),
		lesson.Equal("the mount's options", "nosuid nodev noexec", strings.Join(flags, " "), "programs, devices or set-user-ID files could be put there: -o nosuid,nodev,noexec"),
		control,
	), nil
}

func kept(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	_, kind, err := mountOf(pid)
	if err != nil {
		return nil, err
	}
	inside := "does not hold it"
	if text, err := os.ReadFile(seen(pid, "/"+place+"/token")); err == nil && strings.TrimSpace(string(text)) == secret {
		inside = "holds it"
	}
	found, err := search(b.Root(), secret)
	if err != nil {
		return nil, err
	}
	other, err := search(b.Root(), beside)
	if err != nil {
		return nil, err
	}
	control := lesson.Equal("the files of the root, as the machine's disk has them, searched for what was written beside", "found in /beside", other, "nothing was written beside it, so that the search proves nothing")
	control.Control = true
	return []lesson.Check{
		lesson.Equal("inside, /secret/token", "holds it", inside, "the secret was not written there"),
		lesson.Equal("the file system that it lies in", "tmpfs", kind, "the memory is not mounted any more"),
		lesson.Equal("the files of the root, as the machine's disk has them, searched for the secret", "not found", found, "it was written to the disk, too, or there only"),
		control,
	}, nil
}

// search looks for a text in every file beneath a directory, without what is
// mounted over it inside.
func search(root, text string) (string, error) {
	found := "not found"
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // gone meanwhile, or not for us to read
		}
		content, err := os.ReadFile(path)
		if err == nil && bytes.Contains(content, []byte(text)) {
			found = "found in " + strings.TrimPrefix(path, root)
			return fs.SkipAll
		}
		return nil
	})
	return found, err
}

func filled(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	_, kind, err := mountOf(pid)
	if err != nil {
		return nil, err
	}
	if kind != "tmpfs" {
		return []lesson.Check{lesson.Equal("/secret in the sandbox's mountinfo", "tmpfs", kind, "the memory is not mounted any more")}, nil
	}
	var all unix.Statfs_t
	if err := unix.Statfs(seen(pid, "/"+place), &all); err != nil {
		return nil, err
	}
	got, beside := length(seen(pid, "/"+place+"/fill")), length(seen(pid, "/fill"))
	control := lesson.Equal("the bytes of /fill, on the root's file system", fmt.Sprint(much), fmt.Sprint(beside), "the same was not written beside it, for comparison")
	control.Control = true
	return []lesson.Check{
		lesson.Equal("the room left in /secret", "0", fmt.Sprint(int64(all.Bfree)*all.Bsize), "not enough was written to fill it"),
		{
			Name: fmt.Sprintf("the bytes of /secret/fill, of %d that were written", much), Want: fmt.Sprintf("some, fewer than %d", size),
			Got: fmt.Sprint(got), OK: got > 0 && got < size, Hint: "all of it was taken, or nothing was written: it has no size, or is no tmpfs",
		},
		control,
	}, nil
}

// length is a file's, or -1 where there is none.
func length(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return info.Size()
}

func down(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	_, kind, err := mountOf(pid)
	if err != nil {
		return nil, err
	}
	names := "no such directory"
	if entries, err := os.ReadDir(seen(pid, "/"+place)); err == nil {
		names = fmt.Sprint(len(entries))
	}
	found, err := search(b.Root(), secret)
	if err != nil {
		return nil, err
	}
	control := lesson.Equal("the bytes of /fill, on the root's file system", fmt.Sprint(much), fmt.Sprint(length(seen(pid, "/fill"))), "what was on the disk went, too: it was deleted, not unmounted")
	control.Control = true
	return []lesson.Check{
		lesson.Equal("/secret in the sandbox's mountinfo", "nothing", kind, "it is still mounted: umount /secret, inside"),
		lesson.Equal("files in /secret", "0", names, "the directory beneath holds something: it was written to the disk"),
		lesson.Equal("the files of the root, searched for the secret", "not found", found, "it was copied to the disk before"),
		control,
	}, nil
}
