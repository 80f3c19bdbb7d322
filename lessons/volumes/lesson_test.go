package volumes

import (
	"testing"

	"byhand/internal/lessontest"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Make a volume, and fill it from the image": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not made, or not filled"},
			{Name: "made and left empty", Do: lessontest.Script(`mkdir -p "$LAB/volumes/data/_data"`), Says: "not filled"},
			{Name: "moved", Do: lessontest.Changed(fillShell, `cp -a "$LAB/rootfs/data/."`, `mv "$LAB/rootfs/data/tables"`), Says: "moved, not copied"},
			{Name: "copied without modes and times", Do: lessontest.Changed(fillShell, "cp -a", "cp -r"), Says: "modes, owners or times"},
			{Name: "a link to the image's", Do: lessontest.Script(`mkdir -p "$LAB/volumes/data"; ln -s "$LAB/rootfs/data" "$LAB/volumes/data/_data"; ls "$LAB/volumes/data/_data/"`), Says: "not filled"},
			{Name: "hard links to the image's", Do: lessontest.Changed(fillShell, "cp -a", "cp -al"), Says: "links to it"},
		},
		"Mount it, and let the container write": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing is mounted"},
			{Name: "written to the root", Do: lessontest.Changed(mountShell, "mount --bind", "true"), Says: "nothing is mounted"},
			{Name: "mounted after writing", Do: lessontest.After(lessontest.Changed(mountShell, "mount --bind", "true"), lessontest.Changed(mountShell, "written by the first", "again")), Says: "did not write there"},
			{Name: "another directory", Do: lessontest.After(lessontest.Script(`mkdir "$LAB/other"`), lessontest.Changed(mountShell, `"$LAB/volumes/data/_data"`, `"$LAB/other"`)), Says: "not the volume"},
			{Name: "outside", Do: lessontest.Script(`mount --bind "$LAB/volumes/data/_data" "$LAB/rootfs/data"; echo lost >"$LAB/rootfs/beside"`), Says: "in our own mount namespace", Root: true},
			{Name: "emptied before", Do: lessontest.After(lessontest.Script(`rm -r "$LAB/volumes/data/_data/tables"`), mountIt), Says: "not filled"},
			{Name: "nothing beside it", Do: lessontest.After(mountIt, lessontest.Script(`rm "$LAB/rootfs/beside"`)), Says: "for comparison"},
		},
		"Throw the container away, and start another with the same volume": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "still the first container"},
			{Name: "only ended", Do: lessontest.Script(`kill -9 "$(cat "$LAB/pid")"; while kill -0 "$(cat "$LAB/pid")" 2>/dev/null; do sleep 0.1; done`), Says: "nothing was started"},
			{Name: "without the volume", Do: lessontest.After(next, lessontest.Script(inside+`umount "$LAB/rootfs/data"`)), Says: "nothing is mounted"},
			{Name: "the first one's root", Do: lessontest.After(next, lessontest.Script(`echo lost >"$LAB/rootfs/beside"`)), Says: "thrown away"},
			{Name: "a new volume", Do: lessontest.After(lessontest.Script(`rm -r "$LAB/volumes/data/_data"; mkdir "$LAB/volumes/data/_data"`), next), Says: "emptied"},
			{Name: "the second writes nothing", Do: lessontest.After(next, lessontest.Script(`rm "$LAB/volumes/data/_data/second"`)), Says: "did not write there"},
		},
		"Mount it once more, read-only": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing is mounted"},
			{Name: "no second call", Do: lessontest.Changed(readShell, "mount -o remount,bind,ro", "true"), Says: "a second call"},
			{Name: "modes instead", Do: lessontest.After(lessontest.Changed(readShell, "mount -o remount,bind,ro", "true"), lessontest.Script(`chmod a-w "$LAB/volumes/data/_data"`)), Says: "a second call"},
			{Name: "the other mount too", Do: lessontest.After(mountRead, lessontest.Script(inside+`mount -o remount,bind,ro "$LAB/rootfs/data"`)), Says: "read-only now"},
			{Name: "a copy", Do: lessontest.Script(`cp -a "$LAB/volumes/data/_data" "$LAB/rootfs/read"`), Says: "nothing is mounted"},
		},
	})
}

// inside begins a command that has the sandbox's mounts.
const inside = `nsenter --target "$(cat "$LAB/pid")" --user --mount --preserve-credentials `
