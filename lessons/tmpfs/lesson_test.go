package tmpfs

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

type does = func(context.Context, *bench.Bench) error

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Mount memory at a directory": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was"},
			{Name: "a directory only", Do: script(`mkdir "$LAB/rootfs/secret"`), Says: "nothing was"},
			{Name: "without a size", Do: changed(memoryShell, "size=1m,", ""), Says: "size="},
			{Name: "without a mode", Do: changed(memoryShell, ",mode=0700", ""), Says: "mode="},
			{Name: "for programs too", Do: changed(memoryShell, "noexec,", ""), Says: "noexec"},
			{Name: "another file system", Do: changed(memoryShell, "mount -t tmpfs -o nosuid,nodev,noexec,size=1m,mode=0700 tmpfs", "mount -t proc proc"), Says: "another file system"},
			{Name: "outside", Do: script(`mkdir "$LAB/rootfs/secret"; mount -t tmpfs -o size=1m,mode=0700 tmpfs "$LAB/rootfs/secret"`), Says: "in our own mount namespace", Root: true},
			{Name: "outside as well", Do: after(memory, script(`mount -t tmpfs tmpfs "$LAB/rootfs/secret"`)), Says: "outside as well", Root: true},
		},
		"Keep a secret there, and look for it on the disk": {
			{Name: "nothing written", Do: lessontest.Nothing, Says: "not written there"},
			{Name: "on the disk too", Do: after(keep, script(`echo "`+secret+`" >"$LAB/rootfs/copy"`)), Says: "written to the disk"},
			{Name: "beneath the mount", Do: script(`echo "` + secret + `" >"$LAB/rootfs/secret/token"`), Says: "or there only"},
			{Name: "nothing beside it", Do: after(keep, script(`rm "$LAB/rootfs/beside"`)), Says: "proves nothing"},
			{Name: "the memory taken down", Do: after(keep, takeDown), Says: "not mounted any more"},
		},
		"Write more than it may hold": {
			{Name: "nothing written", Do: lessontest.Nothing, Says: "to fill it"},
			{Name: "only a little", Do: changed(fillShell, "2097152 >/secret", "20000 >/secret"), Says: "to fill it"},
			{Name: "without a limit", Do: after(script(`echo 'mount -o remount,size=8m /secret' >"$LAB/in"`), fill), Says: "all of it was taken"},
			{Name: "nothing beside it", Do: after(fill, script(`rm "$LAB/rootfs/fill"`)), Says: "for comparison"},
			{Name: "the memory taken down", Do: after(takeDown, fill), Says: "not mounted any more"},
		},
		"Take it down, and the secret with it": {
			{Name: "it stays", Do: lessontest.Nothing, Says: "still mounted"},
			{Name: "the files deleted only", Do: script(`echo 'rm /secret/*; echo done >/deleted' >"$LAB/in"; until [ -s "$LAB/rootfs/deleted" ]; do sleep 0.1; done`), Says: "still mounted"},
			{Name: "copied to the disk first", Do: after(script(`echo 'cp /secret/token /copy; echo done >/copied' >"$LAB/in"; until [ -s "$LAB/rootfs/copied" ]; do sleep 0.1; done`), takeDown), Says: "copied to the disk"},
			{Name: "what is beside it deleted too", Do: after(takeDown, script(`rm "$LAB/rootfs/fill"`)), Says: "deleted, not unmounted"},
			{Name: "something beneath", Do: after(script(`: >"$LAB/rootfs/secret/below"`), takeDown), Says: "beneath"},
		},
	})
}

func script(text string) does {
	return func(ctx context.Context, b *bench.Bench) error {
		c := exec.CommandContext(ctx, "bash", "-eu", "-c", text)
		c.Env = append(os.Environ(), "LAB="+b.Dir)
		if out, err := c.CombinedOutput(); err != nil {
			return errors.Join(err, errors.New(string(out)))
		}
		return nil
	}
}

// changed is a script in which an old text, which must be there, is another.
func changed(text, old, other string) does {
	return func(ctx context.Context, b *bench.Bench) error {
		if !strings.Contains(text, old) {
			return errors.New("the script has no " + old)
		}
		return script(strings.ReplaceAll(text, old, other))(ctx, b)
	}
}

// after does one thing, and then another.
func after(first, then does) does {
	return func(ctx context.Context, b *bench.Bench) error {
		if err := first(ctx, b); err != nil {
			return err
		}
		return then(ctx, b)
	}
}
