package bindmounts

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"byhand/internal/kernel"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

const spreadShell = `mkdir -p "$LAB/later/source" "$LAB/later/shared" "$LAB/later/slave" "$LAB/later/private" \
  "$LAB/rootfs/mnt/shared" "$LAB/rootfs/mnt/slave" "$LAB/rootfs/mnt/private"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials sh -eu <<'END'
mount --bind "$LAB/later" "$LAB/later"
mount --make-shared "$LAB/later"
for kind in shared slave private; do
  mount --bind "$LAB/later" "$LAB/rootfs/mnt/$kind"
  mount --make-$kind "$LAB/rootfs/mnt/$kind"
done
mount -t tmpfs tmpfs "$LAB/later/source"
for kind in shared slave private; do
  mount -t tmpfs tmpfs "$LAB/rootfs/mnt/$kind/$kind"
done
END
`

// places are the four sides of the experiment, which are also the names of the
// directories in each.
func places() []string { return []string{"source", "shared", "slave", "private"} }

// spread makes the directories, and then the experiment.
func spread(ctx context.Context, b *bench.Bench) error {
	for _, name := range places() {
		if err := os.MkdirAll(b.Path("later", name), 0o755); err != nil {
			return err
		}
	}
	if err := targets(b, "/mnt/shared", "/mnt/slave", "/mnt/private"); err != nil {
		return err
	}
	return sandbox.Join(ctx, b, "spread", mount.Spreading{Source: b.Path("later"), Dir: b.Path("rootfs", "mnt")}, nil)
}

// spreads looks where each of the four late mounts has turned up.
func spreads(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	if _, refused := steps.Standing(b); refused != nil {
		return refused, nil
	}
	mounts, err := everywhere(ctx, b)
	if err != nil {
		return nil, err
	}
	at := map[string]kernel.Mount{}
	var checks []lesson.Check
	for _, place := range places() {
		path := sideOf(b, place)
		m, found := kernel.MountAt(mounts, path)
		got := "a mount"
		if !found || m.Target != path {
			got = "nothing"
		}
		at[place] = m
		checks = append(checks, lesson.Equal(path+" in the sandbox's mount namespace", "a mount", got, "nothing was bound there"))
	}
	if !lesson.Passed(checks) {
		return checks, nil
	}
	group := at["source"].Shared
	checks = []lesson.Check{
		{Name: "the source's peer group", Want: "shared:N", Got: peers(at["source"]), OK: group != 0, Hint: "the source is not shared, so that there is nobody to tell: --make-shared, before it is bound"},
		lesson.Equal("/mnt/shared: its peer group", fmt.Sprintf("shared:%d", group), peers(at["shared"]), "it is not the source's peer"),
		lesson.Equal("/mnt/slave: its peer group", fmt.Sprintf("master:%d", group), peers(at["slave"]), "it is no slave of the source's group: --make-slave"),
		lesson.Equal("/mnt/private: its peer group", "none", peers(at["private"]), "it has still a group, so that mounts spread to or from it: --make-private"),
	}
	for _, late := range []struct{ name, want, hint string }{
		{"source", "source shared slave", "what is mounted at the source reaches its peers and slaves, and nobody private"},
		{"shared", "source shared slave", "what is mounted at a peer reaches the source, and its slaves"},
		{"slave", "slave", "a slave tells nobody"},
		{"private", "private", "a private mount tells nobody, and is told nothing"},
	} {
		checks = append(checks, lesson.Equal(fmt.Sprintf("the tmpfs mounted at %s's %s turns up in", late.name, late.name), late.want, turnsUp(b, mounts, late.name), late.hint))
	}
	return checks, nil
}

// sideOf is one of the four places, by the machine's path.
func sideOf(b *bench.Bench, place string) string {
	dir := b.Path("rootfs", "mnt", place)
	if place == "source" {
		dir = b.Path("later")
	}
	if path, err := filepath.EvalSymlinks(dir); err == nil {
		return path // mountinfo has no symbolic links
	}
	return dir
}

// turnsUp lists the places in which a tmpfs is mounted at the directory name.
func turnsUp(b *bench.Bench, mounts []kernel.Mount, name string) string {
	var found []string
	for _, place := range places() {
		path := filepath.Join(sideOf(b, place), name)
		if m, ok := kernel.MountAt(mounts, path); ok && m.Target == path && m.FSType == "tmpfs" {
			found = append(found, place)
		}
	}
	if found == nil {
		return "none"
	}
	return strings.Join(found, " ")
}

// peers is what mountinfo says of a mount's propagation.
func peers(m kernel.Mount) string {
	var tags []string
	if m.Shared != 0 {
		tags = append(tags, fmt.Sprintf("shared:%d", m.Shared))
	}
	if m.Master != 0 {
		tags = append(tags, fmt.Sprintf("master:%d", m.Master))
	}
	if tags == nil {
		return "none"
	}
	return strings.Join(tags, " ")
}
