package bindmounts

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

const belowShell = `mkdir -p "$LAB/rootfs/mnt/one" "$LAB/rootfs/mnt/all"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials sh -eu <<'END'
mount -t tmpfs -o nosuid,nodev tmpfs "$LAB/site/cache"
: >"$LAB/site/cache/above"
mount --bind "$LAB/site" "$LAB/rootfs/mnt/one"
mount --rbind "$LAB/site" "$LAB/rootfs/mnt/all"
END
`

// bindBelow covers a directory below the source by memory, and binds the source
// without and with it.
func bindBelow(ctx context.Context, b *bench.Bench) error {
	if err := targets(b, "/mnt/one", "/mnt/all"); err != nil {
		return err
	}
	covering := mount.Covering{Target: filepath.Join(site(b), "cache"), File: "above"}
	if err := sandbox.Join(ctx, b, "cover", covering, nil); err != nil {
		return err
	}
	one := mount.Binding{Source: site(b), Target: b.Path("rootfs", "mnt", "one")}
	if err := sandbox.Join(ctx, b, "serve", one, nil); err != nil {
		return err
	}
	all := mount.Binding{Source: site(b), Target: b.Path("rootfs", "mnt", "all"), Recursive: true}
	return sandbox.Join(ctx, b, "serve", all, nil)
}

func below(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, refused := steps.Standing(b)
	if refused != nil {
		return refused, nil
	}
	one, _, err := isMounted(pid, "/mnt/one")
	if err != nil {
		return nil, err
	}
	all, _, err := isMounted(pid, "/mnt/all")
	checks := []lesson.Check{one, all, isSite(b, pid, "/mnt/one"), isSite(b, pid, "/mnt/all")}
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	along, err := fileSystem(pid, "/mnt/all/cache")
	if err != nil {
		return nil, err
	}
	left, err := fileSystem(pid, "/mnt/one/cache")
	if err != nil {
		return nil, err
	}
	return append(checks,
		lesson.Equal("/mnt/all/cache in the sandbox's mountinfo", "tmpfs", along, "what is mounted below the source did not come along: it was bound without MS_REC (--rbind), or before there was anything to bring"),
		lesson.Equal("the names in /mnt/all/cache", "above", names(seen(pid, "/mnt/all/cache")), "it is not the tmpfs that covers the source's directory"),
		control(lesson.Equal("/mnt/one/cache in the sandbox's mountinfo", "nothing", left, "this one was to be bound without what is below it, for comparison: --bind")),
		control(lesson.Equal("the names in /mnt/one/cache", "beneath", names(seen(pid, "/mnt/one/cache")), "the directory beneath is covered, or was not made")),
	), nil
}

// fileSystem is what is mounted at just this path inside.
func fileSystem(pid int, target string) (string, error) {
	m, found, err := mountAt(pid, target)
	if err != nil || !found {
		return "nothing", err
	}
	return m.FSType, nil
}

// names lists a directory.
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

func control(c lesson.Check) lesson.Check {
	c.Control = true
	return c
}
