package escape

import (
	"strings"
	"testing"

	"byhand/internal/lessontest"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Lock root up with chroot": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was started"},
			{Name: "no chroot", Do: lessontest.Changed(lockShell(nil), `chroot "$LAB/rootfs" /bin/sh`, "/bin/sh"), Says: "chroot(2) was not called"},
			{Name: "the file within reach", Do: lessontest.After(lock, lessontest.Script(`mkdir -p "$LAB/rootfs$LAB"; cp "$LAB/outside.txt" "$LAB/rootfs$LAB"`)), Says: "below the root"},
			{Name: "nothing outside", Do: lessontest.After(lock, lessontest.Script(`rm "$LAB/outside.txt"`)), Says: "proves nothing"},
		},
		"Break out": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "still locked up"},
			{Name: "no second root", Do: tried(`chroot "tmp" or die "chroot tmp: $!";`, ""), Says: "still locked up"},
			{Name: "into the second root", Do: tried(`chdir ".." for 1 .. 64;`, `chdir "/";`), Says: "nothing was started, or it has ended"},
			{Name: "not up", Do: tried(`chdir ".." for 1 .. 64;`, ""), Says: "still locked up"},
			{Name: "at the root of another namespace", Do: another, Says: "another mount namespace"},
			{Name: "the file taken away", Do: lessontest.After(escape, lessontest.Script(`rm "$LAB/outside.txt"`)), Says: "it is not out"},
		},
		"Lock it up with pivot_root, and let it try again": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "unshare's option"},
			{Name: "chroot in a mount namespace", Do: lessontest.Changed(pivotShell, "  pivot_root . .\n  umount -l .\n  exec \"$1\" /escape.pl", "  exec chroot . /bin/sh"), Says: "the way out is open"},
			{Name: "the old root kept", Do: lessontest.Changed(pivotShell, "pivot_root . .\n  umount -l .", "mkdir -p old; pivot_root . old"), Says: "the old root is there"},
			{Name: "nothing outside", Do: lessontest.After(pivot, lessontest.Script(`rm "$LAB/outside.txt"`)), Says: "proves nothing"},
		},
	})
}

// tried is the way out with a line changed. It ends where the shell's own lines
// would wait for what does not come.
func tried(old, other string) lessontest.Does {
	text, _, _ := strings.Cut(escapeShell, "until ")
	return lessontest.Changed(text+`pid=$(cat "$LAB/pid"); until [ -z "$(grep perl "/proc/$pid/comm")" ] && [ -e "$LAB/rootfs/escape.pl" ] && sleep 0.5; do sleep 0.1; done`+"\n", old, other)
}

// another ends the one that is locked up, and stands one at the root of a mount
// namespace that is a copy of ours.
var another = lessontest.Script(`kill -9 "$(cat "$LAB/pid")"; rm "$LAB/in" "$LAB/pid"; mkfifo "$LAB/in"
unshare --user --map-root-user --mount sh <>"$LAB/in" >"$LAB/out" 2>&1 &
echo $! >"$LAB/pid"
until [ "$(readlink "/proc/$!/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; do sleep 0.1; done`)
