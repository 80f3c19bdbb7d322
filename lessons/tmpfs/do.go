package tmpfs

import (
	"context"
	"os"

	"byhand/lab/bench"
	"byhand/lab/mount"
	"byhand/lab/probe"
	"byhand/lab/sandbox"
)

const (
	// place is where the memory is mounted inside.
	place = "secret"
	// size is how much it may hold, and much what is written to it.
	size, much = 1 << 20, 2 << 20
	// secret is what no disk is to get.
	secret = "the password is swordfish"
)

const memoryShell = `# docker run --tmpfs /secret:size=1m,mode=0700
mkdir -p "$LAB/rootfs/secret"
echo 'mount -t tmpfs -o nosuid,nodev,noexec,size=1m,mode=0700 tmpfs /secret' >"$LAB/in"
until grep -q ' /secret ' "/proc/$(cat "$LAB/pid")/mounts"; do sleep 0.1; done
`

// memory mounts a tmpfs inside.
func memory(ctx context.Context, b *bench.Bench) error {
	// A link in the root must not lead out of it.
	root, err := os.OpenRoot(b.Root())
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(place, 0o755); err != nil {
		return err
	}
	return sandbox.Join(ctx, b, "memory", mount.Memory{Target: "/" + place, Size: size, Mode: 0o700}, nil)
}

const secretShell = `echo 'echo "` + secret + `" >/secret/token' >"$LAB/in"
# Beside it, for comparison, what is no secret:
echo 'echo "` + beside + `" >/beside; echo done >/kept' >"$LAB/in"
until [ -s "$LAB/rootfs/kept" ]; do sleep 0.1; done
grep -rqsF '` + secret + `' "$LAB/rootfs" || echo 'the disk has not got it'
`

// beside is a remark that the disk is to get.
const beside = "no secret: it lies in the root"

// keep has a secret written in the memory, and something else beside it.
func keep(ctx context.Context, b *bench.Bench) error {
	for _, n := range []probe.Note{{Path: "/" + place + "/token", Text: secret + "\n"}, {Path: "/beside", Text: beside + "\n"}} {
		var got string
		if err := sandbox.Join(ctx, b, "write", n, &got); err != nil {
			return err
		}
	}
	return nil
}

const fillShell = `echo 'yes | head -c 2097152 >/secret/fill' >"$LAB/in"
echo 'yes | head -c 2097152 >/fill; echo done >/filled' >"$LAB/in"
until [ -s "$LAB/rootfs/filled" ]; do sleep 0.1; done
`

// fill writes twice as much as fits, and the same beside it.
func fill(ctx context.Context, b *bench.Bench) error {
	for _, path := range []string{"/" + place + "/fill", "/fill"} {
		var got string
		if err := sandbox.Join(ctx, b, "fill", probe.Amount{Path: path, Bytes: much}, &got); err != nil {
			return err
		}
	}
	return nil
}

const downShell = `echo 'umount /secret' >"$LAB/in"
while grep -q ' /secret ' "/proc/$(cat "$LAB/pid")/mounts"; do sleep 0.1; done
`

// takeDown unmounts it.
func takeDown(ctx context.Context, b *bench.Bench) error {
	return sandbox.Join(ctx, b, "unmount", "/"+place, nil)
}
