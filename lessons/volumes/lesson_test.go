package volumes

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
		"Make a volume, and fill it from the image": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not made, or not filled"},
			{Name: "made and left empty", Do: script(`mkdir -p "$LAB/volumes/data/_data"`), Says: "not filled"},
			{Name: "moved", Do: changed(fillShell, `cp -a "$LAB/rootfs/data/."`, `mv "$LAB/rootfs/data/tables"`), Says: "moved, not copied"},
			{Name: "copied without modes and times", Do: changed(fillShell, "cp -a", "cp -r"), Says: "modes, owners or times"},
			{Name: "a link to the image's", Do: script(`mkdir -p "$LAB/volumes/data"; ln -s "$LAB/rootfs/data" "$LAB/volumes/data/_data"; ls "$LAB/volumes/data/_data/"`), Says: "not filled"},
			{Name: "hard links to the image's", Do: changed(fillShell, "cp -a", "cp -al"), Says: "links to it"},
		},
		"Mount it, and let the container write": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing is mounted"},
			{Name: "written to the root", Do: changed(mountShell, "mount --bind", "true"), Says: "nothing is mounted"},
			{Name: "mounted after writing", Do: after(changed(mountShell, "mount --bind", "true"), changed(mountShell, "written by the first", "again")), Says: "did not write there"},
			{Name: "another directory", Do: after(script(`mkdir "$LAB/other"`), changed(mountShell, `"$LAB/volumes/data/_data"`, `"$LAB/other"`)), Says: "not the volume"},
			{Name: "outside", Do: script(`mount --bind "$LAB/volumes/data/_data" "$LAB/rootfs/data"; echo lost >"$LAB/rootfs/beside"`), Says: "in our own mount namespace", Root: true},
			{Name: "emptied before", Do: after(script(`rm -r "$LAB/volumes/data/_data/tables"`), mountIt), Says: "not filled"},
			{Name: "nothing beside it", Do: after(mountIt, script(`rm "$LAB/rootfs/beside"`)), Says: "for comparison"},
		},
		"Throw the container away, and start another with the same volume": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "still the first container"},
			{Name: "only ended", Do: script(`kill -9 "$(cat "$LAB/pid")"; while kill -0 "$(cat "$LAB/pid")" 2>/dev/null; do sleep 0.1; done`), Says: "nothing was started"},
			{Name: "without the volume", Do: after(next, script(inside+`umount "$LAB/rootfs/data"`)), Says: "nothing is mounted"},
			{Name: "the first one's root", Do: after(next, script(`echo lost >"$LAB/rootfs/beside"`)), Says: "thrown away"},
			{Name: "a new volume", Do: after(script(`rm -r "$LAB/volumes/data/_data"; mkdir "$LAB/volumes/data/_data"`), next), Says: "emptied"},
			{Name: "the second writes nothing", Do: after(next, script(`rm "$LAB/volumes/data/_data/second"`)), Says: "did not write there"},
		},
		"Mount it once more, read-only": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing is mounted"},
			{Name: "no second call", Do: changed(readShell, "mount -o remount,bind,ro", "true"), Says: "a second call"},
			{Name: "modes instead", Do: after(changed(readShell, "mount -o remount,bind,ro", "true"), script(`chmod a-w "$LAB/volumes/data/_data"`)), Says: "a second call"},
			{Name: "the other mount too", Do: after(mountRead, script(inside+`mount -o remount,bind,ro "$LAB/rootfs/data"`)), Says: "read-only now"},
			{Name: "a copy", Do: script(`cp -a "$LAB/volumes/data/_data" "$LAB/rootfs/read"`), Says: "nothing is mounted"},
		},
	})
}

// inside begins a command that has the sandbox's mounts.
const inside = `nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials `

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
