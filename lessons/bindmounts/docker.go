package bindmounts

import (
	"context"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
)

const dockerShell = `# docker run --mount type=bind,source="$LAB"/site,target=/srv/site,readonly
mkdir -p "$LAB/rootfs/srv/site"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials sh -eu <<'END'
mount --rbind "$LAB/site" "$LAB/rootfs/srv/site"
mount --make-rprivate "$LAB/rootfs/srv/site"
findmnt -nro TARGET -R "$LAB/rootfs/srv/site" | while read -r at; do
  mount -o remount,bind,ro "$(printf %b "$at")"
done
END
`

// attach reads the value of Docker's --mount and attaches what it describes.
func attach(ctx context.Context, b *bench.Bench) error {
	return attachAs(ctx, b, `type=bind,"source=`+site(b)+`",target=/srv/site,readonly`)
}

func attachAs(ctx context.Context, b *bench.Bench, text string) error {
	spec, err := mount.ParseMount(text)
	if err != nil {
		return err
	}
	if err := spec.EnsureSource(); err != nil {
		return err
	}
	return sandbox.Join(ctx, b, "attach", mount.Mounts{Root: b.Root(), Specs: []mount.Spec{spec}}, nil)
}

func attached(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	pid, checks, err := bound(b, "/srv/site")
	if err != nil || !lesson.Passed(checks) {
		return checks, err
	}
	for _, target := range []string{"/srv/site", "/srv/site/cache"} {
		m, _, err := mountAt(pid, target)
		if err != nil {
			return nil, err
		}
		checks = append(checks, lesson.Equal(target+": its peer group", "none", peers(m), "Docker's default is rprivate: it may not stay in a group"))
	}
	const hint = "readonly in --mount means all of it, also what is mounted below"
	return writes(ctx, b, pid, checks, []attempt{
		{"/srv/site", "ro", "EROFS", false, hint},
		{"/srv/site/cache", "ro", "EROFS", false, hint},
		{"/mnt/all/cache", "rw", "written", true, "the same tmpfs by another path is read-only too: the file system was remounted, not the mount"},
	})
}
