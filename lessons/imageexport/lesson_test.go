package imageexport

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/namespace"
	"byhand/lab/sandbox"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Make files that a careless copy would lose": {
			{Name: "nothing made", Do: lessontest.Nothing, Says: "was not made"},
			{Name: "a copy, no hard link", Do: after(makeFiles, `cp --remove-destination --preserve "$LAB/rootfs/root/first" "$LAB/rootfs/root/second"`), Says: "not a hard link"},
			{Name: "setuid lost", Do: after(makeFiles, `chmod 711 "$LAB/rootfs/root/first"`), Says: "setuid"},
		},
		"Write the root of the running sandbox to a tar": {
			{Name: "nothing written", Do: lessontest.Nothing, Says: "nothing was written"},
			{Name: "only a part", Do: after(nil, `tar -c --format pax --owner 0 -f "$LAB/root.tar" -C "$LAB/rootfs" ./root`), Says: "not all of the root"},
			{Name: "cut short", Do: after(export, `truncate --size 100000 "$LAB/root.tar"`), Says: "cut short"},
			{Name: "whole seconds only", Do: after(nil, `tar -c --format ustar --owner 0 -f "$LAB/root.tar" -C "$LAB/rootfs" .`), Says: "whole seconds"},
			{Name: "owners as seen outside", Do: after(nil, `tar -c --format pax --owner 1234 -f "$LAB/root.tar" -C "$LAB/rootfs" .`), Says: "seen outside"},
		},
		"Unpack it elsewhere, and compare": {
			{Name: "nothing unpacked", Do: lessontest.Nothing, Says: "nothing was unpacked"},
			{Name: "a file lost", Do: after(unpack, `rm "$LAB/copy/etc/passwd"`), Says: "not equal"},
			{Name: "times lost", Do: after(nil, `mkdir "$LAB/copy"; tar -x -p -m -f "$LAB/root.tar" -C "$LAB/copy"`), Says: "not equal"},
			{Name: "hard links lost", Do: after(nil, `cp -a --no-preserve=links "$LAB/rootfs" "$LAB/copy"`), Says: "not equal"},
			{Name: "a byte changed", Do: after(unpack, `printf x | dd of="$LAB/copy/root/hole" conv=notrunc status=none; touch -r "$LAB/rootfs/root/hole" "$LAB/copy/root/hole"`), Says: "not equal"},
		},
		"Start a container in it": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "another root"},
			{Name: "started in the old root", Do: oldRoot, Says: "another root"},
			{Name: "without a network namespace", Do: withoutNet, Says: "our net namespace"},
		},
	})
}

// after does something, and then runs a script.
func after(do func(context.Context, *bench.Bench) error, script string) func(context.Context, *bench.Bench) error {
	return func(ctx context.Context, b *bench.Bench) error {
		if do != nil {
			if err := do(ctx, b); err != nil {
				return err
			}
		}
		c := exec.CommandContext(ctx, "bash", "-eu", "-c", script)
		c.Env = append(os.Environ(), "LAB="+b.Dir)
		out, err := c.CombinedOutput()
		if err != nil {
			return errors.Join(err, errors.New(string(out)))
		}
		return nil
	}
}

func oldRoot(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.End(ctx, b); err != nil {
		return err
	}
	return sandbox.Stand(ctx, b, namespace.Isolated(namespace.Six, "namespace", sandbox.Shell(b)))
}

func withoutNet(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.End(ctx, b); err != nil {
		return err
	}
	program := sandbox.Shell(b)
	program.Root = copied(b)
	return sandbox.Stand(ctx, b, namespace.Isolated(namespace.Six&^unix.CLONE_NEWNET, "namespace", program))
}
