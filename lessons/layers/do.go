package layers

import (
	"context"
	"errors"
	"os"
	"time"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/overlay"
	"byhand/lab/sandbox"
	"byhand/lessons/internal/steps"
)

const baseShell = `mkdir -p "$LAB/rootfs/srv" "$LAB/layers"
echo 'from the first' >"$LAB/rootfs/srv/changed"
echo 'from the first' >"$LAB/rootfs/srv/old"
mv "$LAB/rootfs" "$LAB/layers/1"
mkdir "$LAB/rootfs"
`

// base makes of the root an image's first layer.
func base() lesson.Step {
	return lesson.Step{
		Title: "Keep it as an image's first layer",
		Why:   "From here on nobody writes to it.",
		Shell: steps.Text(baseShell),
		Do: func(_ context.Context, b *bench.Bench) error {
			return errors.Join(
				os.MkdirAll(b.Path("rootfs", "srv"), 0o755),
				os.Mkdir(b.Path("layers"), 0o755),
				os.WriteFile(b.Path("rootfs", "srv", "changed"), []byte("from the first\n"), 0o644),
				os.WriteFile(b.Path("rootfs", "srv", "old"), []byte("from the first\n"), 0o644),
				os.Rename(b.Root(), b.Path("layers", "1")),
				os.Mkdir(b.Root(), 0o755),
			)
		},
		Source: []any{base},
		Verify: func(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
			const hint = "the first layer was not made: mv \"$LAB/rootfs\" \"$LAB/layers/1\""
			return []lesson.Check{
				lesson.Equal("in the first layer, /srv", "changed old", names(b.Path("layers", "1", "srv")), hint),
				lesson.Equal("a shell in it", "file", kind(b.Path("layers", "1", "bin", "sh")), hint),
			}, nil
		},
	}
}

const secondShell = `mkdir -p "$LAB/layers/2/app" "$LAB/layers/2/srv"
echo 'hello from the second' >"$LAB/layers/2/app/hello"
echo 'from the second' >"$LAB/layers/2/srv/changed"
mknod "$LAB/layers/2/srv/old" c 0 0
`

// second makes a layer that adds a file, replaces one and takes one away.
func second(_ context.Context, b *bench.Bench) error {
	dir := b.Path("layers", "2")
	return errors.Join(
		os.MkdirAll(dir+"/app", 0o755),
		os.MkdirAll(dir+"/srv", 0o755),
		os.WriteFile(dir+"/app/hello", []byte("hello from the second\n"), 0o644),
		os.WriteFile(dir+"/srv/changed", []byte("from the second\n"), 0o644),
		overlay.Whiteout(b.Trace, dir+"/srv/old"),
	)
}

const stackShell = `mkdir "$LAB/upper" "$LAB/work"
mkfifo "$LAB/in"
cd "$LAB"
unshare --mount --uts --ipc --net --pid --fork --user --map-root-user sh -euc '
  mount -t overlay -o lowerdir=layers/2:layers/1,upperdir=upper,workdir=work,userxattr overlay rootfs
  exec chroot rootfs /bin/sh' <>in >out 2>&1 &
until pgrep -P $! >pid; do sleep 0.1; done
until grep -q '^overlay / overlay' "/proc/$(cat pid)/mounts"; do sleep 0.1; done
`

// pile is the image's layers with the directories upper and work of a container.
func pile(b *bench.Bench, upper, work, target string) overlay.Pile {
	return overlay.Pile{
		Dir: b.Dir, Target: target,
		Spec: overlay.Spec{Lower: []string{"layers/2", "layers/1"}, Upper: upper, Work: work, UserXattr: true},
	}
}

// stack stands a shell whose root is the pile.
func stack(ctx context.Context, b *bench.Bench) error {
	if err := errors.Join(os.Mkdir(b.Path("upper"), 0o755), os.Mkdir(b.Path("work"), 0o755)); err != nil {
		return err
	}
	layered := overlay.Layered{Pile: pile(b, "upper", "work", b.Root()), Program: sandbox.Shell(b)}
	return sandbox.Stand(ctx, b, namespace.Isolated(namespace.Six, "layered", layered))
}

const changeCommands = `echo new >/new; echo more >>/srv/changed; rm /app/hello; echo done >/done`

const changeShell = `echo '` + changeCommands + `' >"$LAB/in"
until [ -s "$LAB/upper/done" ]; do sleep 0.1; done
`

// change has the shell inside write, change and delete.
func change(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, changeCommands); err != nil {
		return err
	}
	for range 1000 { // whether it did is for Verify to say
		if info, err := os.Stat(b.Path("upper", "done")); err == nil && info.Size() > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

const shareShell = `mkdir "$LAB/upper2" "$LAB/work2"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials sh -eu <<'END'
cd "$LAB"
mkdir rootfs/second
mount -t overlay -o lowerdir=layers/2:layers/1,upperdir=upper2,workdir=work2,userxattr overlay rootfs/second
END
`

// share mounts the same layers once more, where the first container sees them.
func share(ctx context.Context, b *bench.Bench) error {
	if err := errors.Join(os.Mkdir(b.Path("upper2"), 0o755), os.Mkdir(b.Path("work2"), 0o755)); err != nil {
		return err
	}
	return sandbox.Join(ctx, b, "pile", pile(b, "upper2", "work2", b.Path("rootfs", "second")), nil)
}
