package escape

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
		"Lock root up with chroot": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was started"},
			{Name: "no chroot", Do: changed(lockShell(nil), `chroot "$LAB/rootfs" /bin/sh`, "/bin/sh"), Says: "chroot(2) was not called"},
			{Name: "the file within reach", Do: after(lock, script(`mkdir -p "$LAB/rootfs$LAB"; cp "$LAB/outside.txt" "$LAB/rootfs$LAB"`)), Says: "below the root"},
			{Name: "nothing outside", Do: after(lock, script(`rm "$LAB/outside.txt"`)), Says: "proves nothing"},
		},
		"Break out": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "still locked up"},
			{Name: "no second root", Do: tried(`chroot "tmp" or die "chroot tmp: $!";`, ""), Says: "still locked up"},
			{Name: "into the second root", Do: tried(`chdir ".." for 1 .. 64;`, `chdir "/";`), Says: "nothing was started, or it has ended"},
			{Name: "not up", Do: tried(`chdir ".." for 1 .. 64;`, ""), Says: "still locked up"},
			{Name: "at the root of another namespace", Do: another, Says: "another mount namespace"},
			{Name: "the file taken away", Do: after(escape, script(`rm "$LAB/outside.txt"`)), Says: "it is not out"},
		},
		"Lock it up with pivot_root, and let it try again": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "unshare's option"},
			{Name: "chroot in a mount namespace", Do: changed(pivotShell, "  pivot_root . .\n  umount -l .\n  exec \"$1\" /escape.pl", "  exec chroot . /bin/sh"), Says: "the way out is open"},
			{Name: "the old root kept", Do: changed(pivotShell, "pivot_root . .\n  umount -l .", "mkdir -p old; pivot_root . old"), Says: "the old root is there"},
			{Name: "nothing outside", Do: after(pivot, script(`rm "$LAB/outside.txt"`)), Says: "proves nothing"},
		},
	})
}

// tried is the way out with a line changed. It ends where the shell's own lines
// would wait for what does not come.
func tried(old, other string) does {
	text, _, _ := strings.Cut(escapeShell, "until ")
	return changed(text+`pid=$(cat "$LAB/pid"); until [ -z "$(grep perl "/proc/$pid/comm")" ] && [ -e "$LAB/rootfs/escape.pl" ] && sleep 0.5; do sleep 0.1; done`+"\n", old, other)
}

// another ends the one that is locked up, and stands one at the root of a mount
// namespace that is a copy of ours.
var another = script(`kill -9 "$(cat "$LAB/pid")"; rm "$LAB/in" "$LAB/pid"; mkfifo "$LAB/in"
unshare --user --map-root-user --mount sh <>"$LAB/in" >"$LAB/out" 2>&1 &
echo $! >"$LAB/pid"
until [ "$(readlink "/proc/$!/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; do sleep 0.1; done`)

func script(text string) does {
	return func(ctx context.Context, b *bench.Bench) error {
		c := exec.CommandContext(ctx, "bash", "-eu", "-c", text)
		c.Env = append(os.Environ(), "LAB="+b.Dir, b.Env())
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

// after does one thing after the other.
func after(all ...does) does {
	return func(ctx context.Context, b *bench.Bench) error {
		for _, do := range all {
			if err := do(ctx, b); err != nil {
				return err
			}
		}
		return nil
	}
}
