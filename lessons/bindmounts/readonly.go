package bindmounts

import (
	"context"
	"strings"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

const askShell = `mkdir -p "$LAB/rootfs/mnt/asked"
# mount -o rbind,ro would make a second call by itself. This makes the first
# only, with the same outcome as if ro had been asked for in it.
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials \
  mount --rbind "$LAB/site" "$LAB/rootfs/mnt/asked"
`

const topShell = `mkdir -p "$LAB/rootfs/mnt/top"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials sh -eu <<'END'
mount --rbind "$LAB/site" "$LAB/rootfs/mnt/top"
mount -o remount,bind,ro "$LAB/rootfs/mnt/top"
END
`

const wholeShell = `mkdir -p "$LAB/rootfs/mnt/whole"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials sh -eu <<'END'
mount --rbind "$LAB/site" "$LAB/rootfs/mnt/whole"
mount -o remount,bind,ro "$LAB/rootfs/mnt/whole"
mount -o remount,bind,ro "$LAB/rootfs/mnt/whole/cache"
END
# The same since util-linux 2.39, by mount_setattr(2):
#   mount -o rbind,ro=recursive "$LAB/site" "$LAB/rootfs/mnt/whole"
`

func ask(ctx context.Context, b *bench.Bench) error { return bind(ctx, b, "asking", "asked") }

func makeTop(ctx context.Context, b *bench.Bench) error { return bind(ctx, b, "readonly", "top") }

func makeWhole(ctx context.Context, b *bench.Bench) error { return bind(ctx, b, "all", "whole") }

// bind has a stage bind the directory recursively to one below /mnt.
func bind(ctx context.Context, b *bench.Bench, stage, name string) error {
	if err := targets(b, "/mnt/"+name); err != nil {
		return err
	}
	return sandbox.Join(ctx, b, stage, mount.Binding{Source: site(b), Target: b.Path("rootfs", "mnt", name), Recursive: true}, nil)
}

func asked(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, checks, err := bound(b, "/mnt/asked")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	return writes(ctx, b, pid, checks, []attempt{
		{"/mnt/asked", "rw", "written", false, "more was done than the one call, which can't make it read-only"},
	})
}

func top(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, checks, err := bound(b, "/mnt/top")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	return writes(ctx, b, pid, checks, []attempt{
		{"/mnt/top", "ro", "EROFS", false, "it is read-only in name at most: the first mount(2) ignores MS_RDONLY, so a remount must follow"},
		{"/mnt/top/cache", "rw", "written", true, "this one, for comparison, was to be left as it is: a remount changes one mount"},
		{"/mnt/all", "rw", "written", true, "the same directory by another path is read-only too: the file system was remounted, not the mount"},
	})
}

func whole(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, checks, err := bound(b, "/mnt/whole")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	const hint = "a remount changes one mount only: it takes one for each, or mount_setattr(2) with AT_RECURSIVE"
	return writes(ctx, b, pid, checks, []attempt{
		{"/mnt/whole", "ro", "EROFS", false, hint},
		{"/mnt/whole/cache", "ro", "EROFS", false, hint},
		{"/mnt/all", "rw", "written", true, "the same directory by another path is read-only too: the file system was remounted, not the mount"},
		{"/mnt/all/cache", "rw", "written", true, "the same tmpfs by another path is read-only too: the file system was remounted, not the mount"},
	})
}

// bound judges that the directory is bound somewhere inside, with what is
// mounted below it.
func bound(b *bench.Bench, target string) (int, []lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return 0, refused, nil
	}
	mounted, _, err := isMounted(pid, target)
	if err != nil {
		return 0, nil, err
	}
	along, err := fileSystem(pid, target+"/cache")
	return pid, []lesson.Check{
		mounted,
		isSite(b, pid, target),
		lesson.Equal(target+"/cache in the sandbox's mountinfo", "tmpfs", along, "what is mounted below the source did not come along: it was bound without MS_REC (--rbind)"),
	}, err
}

// An attempt is a write through a mount inside, and what is to come of it.
type attempt struct {
	dir, option, outcome string
	control              bool
	hint                 string
}

// writes judges mounts by their options and by writing.
func writes(ctx context.Context, b *bench.Bench, pid int, checks []lesson.Check, attempts []attempt) ([]lesson.Check, error) {
	for _, a := range attempts {
		m, _, err := mountAt(pid, a.dir)
		if err != nil {
			return nil, err
		}
		option := "rw"
		if m.Has("ro") {
			option = "ro"
		}
		outcome, err := tryWrite(ctx, b, pid, a.dir)
		if err != nil {
			return nil, err
		}
		shown := lesson.Equal(a.dir+": the mount's own option", a.option, option, a.hint)
		tried := lesson.Equal("from inside, write a file in "+a.dir, a.outcome, outcome, a.hint)
		shown.Control, tried.Control = a.control, a.control
		checks = append(checks, shown, tried)
		if a.option == "ro" {
			kept, err := keptOptions(pid, m)
			if err != nil {
				return nil, err
			}
			checks = append(checks, kept)
		}
	}
	return checks, nil
}

// keptOptions judges that a mount has the options of the other bind mount of
// the same directory, read-only apart; more of them do no harm.
func keptOptions(pid int, m kernel.Mount) (lesson.Check, error) {
	twin := "/mnt/all"
	if strings.HasSuffix(m.Target, "/cache") {
		twin += "/cache"
	}
	other, _, err := mountAt(pid, twin)
	var kept []string
	for option := range strings.SplitSeq(other.Options, ",") {
		if option != "rw" && m.Has(option) {
			kept = append(kept, option)
		}
	}
	want := strings.TrimPrefix(other.Options, "rw,")
	return lesson.Equal(m.Target+": the options that it has from "+twin, want, strings.Join(kept, ","), "the remount took others off: it must name again what is to stay"), err
}
