package steps

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
)

// Null gives the sandbox the machine's /dev/null.
func Null() lesson.Step {
	return lesson.Step{
		Title: "Give it a /dev/null",
		Why:   "A device can't be made in a user namespace, but one that exists can be shown at a file inside: a bind mount.",
		Shell: Text(`: >"$LAB/rootfs/dev/null"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials \
  mount --bind /dev/null "$LAB/rootfs/dev/null"`),
		Do:     null,
		Source: []any{mount.Null},
		Verify: hasNull,
	}
}

func null(ctx context.Context, b *bench.Bench) error {
	file := b.Path("rootfs", "dev", "null")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		return err
	}
	return sandbox.Join(ctx, b, "null", file, nil)
}

func hasNull(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := Standing(b)
	if refused != nil {
		return refused, nil
	}
	return []lesson.Check{
		lesson.Equal("/dev/null, seen with the sandbox's mounts", deviceOf("/dev/null"), deviceOf(fmt.Sprintf("/proc/%d/root/dev/null", pid)), "it is no device, so that what is written there fills the disk"),
	}, nil
}

// deviceOf describes a device, or says that a file is none.
func deviceOf(path string) string {
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		return "no such file"
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFCHR {
		return "not a character device"
	}
	return fmt.Sprintf("character device %d:%d", unix.Major(stat.Rdev), unix.Minor(stat.Rdev))
}
