package layers

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
		"Make a second layer": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not made"},
			{Name: "no mark", Do: edited(secondShell, "mknod", ": mknod"), Says: "nothing says that the file is gone"},
			{Name: "deleted below instead", Do: after(second, script(`rm "$LAB/layers/1/srv/old"`)), Says: "which others may need"},
			{Name: "a mark as in an archive", Do: edited(secondShell, `mknod "$LAB/layers/2/srv/old" c 0 0`, `: >"$LAB/layers/2/srv/.wh.old"`), Says: "mknod"},
			{Name: "a copy of everything", Do: after(second, script(`cp -a "$LAB/layers/1/bin" "$LAB/layers/2/bin"`)), Says: "more than the difference"},
		},
		"Mount the layers as one root, with an empty one on top": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was started"},
			{Name: "the wrong order", Do: edited(stackShell, "layers/2:layers/1", "layers/1:layers/2"), Says: "leftmost"},
			{Name: "read-only", Do: edited(stackShell, ",upperdir=upper,workdir=work", ""), Says: "without an upper directory"},
		},
		"Write, change and delete inside, and see where it goes": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was written"},
			{Name: "nothing changed", Do: edited(changeShell, "echo more >>/srv/changed; ", ""), Says: "not changed"},
			{Name: "nothing deleted", Do: edited(changeShell, "rm /app/hello; ", ""), Says: "not deleted"},
			{Name: "written below", Do: after(change, script(`echo more >>"$LAB/layers/2/srv/changed"`)), Says: "written to the layer"},
			{Name: "deleted below", Do: after(change, script(`rm "$LAB/layers/2/app/hello"`)), Says: "deleted in the layer"},
		},
		"Stack the same layers for a second container": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "no overlay"},
			{Name: "copied", Do: script(`cp -a "$LAB/layers/1" "$LAB/upper/second" 2>/dev/null || true`), Says: "no overlay"},
			{Name: "the first one's upper directory below", Do: edited(shareShell, "lowerdir=layers/2", "lowerdir=upper:layers/2"), Says: "leftmost"},
			{Name: "without one of its own", Do: edited(shareShell, ",upperdir=upper2,workdir=work2", ""), Says: "without an upper directory"},
			{Name: "something copied up", Do: after(share, script(`echo 'chmod 600 /second/app/hello; echo done >/touched' >"$LAB/in"; until [ -s "$LAB/upper/touched" ]; do sleep 0.1; done`)), Says: "something was copied"},
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

// edited is a script in which an old text, which must be there, is another.
func edited(text, old, other string) does {
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
