package volumes

import (
	"context"
	"errors"
	"os"
	"time"

	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/namespace"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
	"byhand/lab/volume"
	"byhand/lessons/internal/steps"
)

// data is the volume's directory.
func data(b *bench.Bench) string { return b.Path("volumes", "data", "_data") }

const furnishShell = `mkdir -p "$LAB/rootfs/data/tables"
echo 'the first row' >"$LAB/rootfs/data/tables/t1"
chmod 640 "$LAB/rootfs/data/tables/t1"
touch -d '2001-02-03 04:05:06' "$LAB/rootfs/data/tables/t1"
chmod 750 "$LAB/rootfs/data"
cp -a "$LAB/rootfs" "$LAB/image"
`

// furnish gives the image some data, and keeps it as it is, so that containers
// can be made of it again.
func furnish() lesson.Step {
	return lesson.Step{
		Title: "Give it some data, and keep it as the image",
		Why:   "A container's root is made from an image, which stays as it is. Here it is copied; the lesson layers does without.",
		Shell: steps.Text(furnishShell),
		Do: func(ctx context.Context, b *bench.Bench) error {
			dir := b.Path("rootfs", "data")
			old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.Local)
			return errors.Join(
				os.MkdirAll(dir+"/tables", 0o755),
				os.WriteFile(dir+"/tables/t1", []byte("the first row\n"), 0o640),
				os.Chtimes(dir+"/tables/t1", old, old),
				os.Chmod(dir, 0o750),
				os.Mkdir(b.Path("image"), 0o755),
				volume.Copy(ctx, b.Root(), b.Path("image")),
			)
		},
		Source: []any{volume.Copy},
		Verify: func(_ context.Context, b *bench.Bench) ([]lesson.Check, error) {
			const hint = "the image has no data: mkdir, echo, and cp -a to $LAB/image"
			return []lesson.Check{
				lesson.Equal("the image's /data", "tables tables/t1", names(list(b.Path("image", "data"))), hint),
				lesson.Equal("/data of the root made from it", "tables tables/t1", names(list(b.Path("rootfs", "data"))), hint),
			}, nil
		},
	}
}

const fillShell = `# docker volume create data
mkdir -p "$LAB/volumes/data/_data"
cp -a "$LAB/rootfs/data/." "$LAB/volumes/data/_data/"
`

// fill makes a volume and gives it what the root has at /data.
func fill(ctx context.Context, b *bench.Bench) error {
	v, err := volume.Store{Dir: b.Path("volumes")}.Create("data", nil)
	if err != nil {
		return err
	}
	return v.Fill(ctx, b.Path("rootfs", "data"))
}

const mountShell = `# docker run -v data:/data
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials \
  mount --bind "$LAB/volumes/data/_data" "$LAB/rootfs/data"
echo 'echo written by the first >/data/note; echo lost >/beside' >"$LAB/in"
until [ -s "$LAB/rootfs/beside" ]; do sleep 0.1; done
`

// mountIt binds the volume, and writes a file in it and one beside it.
func mountIt(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Join(ctx, b, "serve", mount.Binding{Source: data(b), Target: b.Path("rootfs", "data")}, nil); err != nil {
		return err
	}
	return write(ctx, b, probe.Note{Path: "/data/note", Text: "written by the first\n"}, probe.Note{Path: "/beside", Text: "lost\n"})
}

// write has files written inside.
func write(ctx context.Context, b *bench.Bench, notes ...probe.Note) error {
	for _, n := range notes {
		var got string
		if err := sandbox.Join(ctx, b, "write", n, &got); err != nil {
			return err
		}
	}
	return nil
}

const nextShell = `# docker rm -f first; docker run --name second -v data:/data
pid=$(cat "$LAB/pid")
kill -9 "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$LAB/rootfs" "$LAB/in" "$LAB/out" "$LAB/pid"
cp -a "$LAB/image" "$LAB/rootfs"
mkfifo "$LAB/in"
unshare --mount --uts --ipc --net --pid --fork --user --map-root-user \
  chroot "$LAB/rootfs" /bin/sh <>"$LAB/in" >"$LAB/out" 2>&1 &
until pgrep -P $! >"$LAB/pid"; do sleep 0.1; done
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials \
  mount --bind "$LAB/volumes/data/_data" "$LAB/rootfs/data"
echo 'cat /data/note; echo written by the second >/data/second' >"$LAB/in"
until [ -s "$LAB/volumes/data/_data/second" ]; do sleep 0.1; done
`

// next ends the container, deletes its root, and stands another one with the
// same volume.
func next(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.End(ctx, b); err != nil {
		return err
	}
	if err := errors.Join(bench.RemoveTree(b.Root()), os.Mkdir(b.Root(), 0o755)); err != nil {
		return err
	}
	if err := volume.Copy(ctx, b.Path("image"), b.Root()); err != nil {
		return err
	}
	if err := steps.IsolateIn(namespace.Six)(ctx, b); err != nil {
		return err
	}
	if err := sandbox.Join(ctx, b, "serve", mount.Binding{Source: data(b), Target: b.Path("rootfs", "data")}, nil); err != nil {
		return err
	}
	return write(ctx, b, probe.Note{Path: "/data/second", Text: "written by the second\n"})
}

const readShell = `# docker run -v data:/read:ro
mkdir -p "$LAB/rootfs/read"
nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials sh -eu <<'END'
mount --bind "$LAB/volumes/data/_data" "$LAB/rootfs/read"
mount -o remount,bind,ro "$LAB/rootfs/read"
END
echo 'echo more >/read/refused' >"$LAB/in"
`

// mountRead binds the volume a second time, read-only.
func mountRead(ctx context.Context, b *bench.Bench) error {
	if err := os.Mkdir(b.Path("rootfs", "read"), 0o755); err != nil {
		return err
	}
	return sandbox.Join(ctx, b, "readonly", mount.Binding{Source: data(b), Target: b.Path("rootfs", "read")}, nil)
}
