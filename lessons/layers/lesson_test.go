package layers

import (
	"testing"

	"byhand/internal/lessontest"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Make a second layer": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "not made"},
			{Name: "no mark", Do: lessontest.Changed(secondShell, "mknod", ": mknod"), Says: "nothing says that the file is gone"},
			{Name: "deleted below instead", Do: lessontest.After(second, lessontest.Script(`rm "$LAB/layers/1/srv/old"`)), Says: "which others may need"},
			{Name: "a mark as in an archive", Do: lessontest.Changed(secondShell, `mknod "$LAB/layers/2/srv/old" c 0 0`, `: >"$LAB/layers/2/srv/.wh.old"`), Says: "mknod"},
			{Name: "a copy of everything", Do: lessontest.After(second, lessontest.Script(`cp -a "$LAB/layers/1/bin" "$LAB/layers/2/bin"`)), Says: "more than the difference"},
		},
		"Mount the layers as one root, with an empty one on top": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was started"},
			{Name: "the wrong order", Do: lessontest.Changed(stackShell, "layers/2:layers/1", "layers/1:layers/2"), Says: "leftmost"},
			{Name: "read-only", Do: lessontest.Changed(stackShell, ",upperdir=upper,workdir=work", ""), Says: "without an upper directory"},
		},
		"Write, change and delete inside, and see where it goes": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was written"},
			{Name: "nothing changed", Do: lessontest.Changed(changeShell, "echo more >>/srv/changed; ", ""), Says: "not changed"},
			{Name: "nothing deleted", Do: lessontest.Changed(changeShell, "rm /app/hello; ", ""), Says: "not deleted"},
			{Name: "written below", Do: lessontest.After(change, lessontest.Script(`echo more >>"$LAB/layers/2/srv/changed"`)), Says: "written to the layer"},
			{Name: "deleted below", Do: lessontest.After(change, lessontest.Script(`rm "$LAB/layers/2/app/hello"`)), Says: "deleted in the layer"},
		},
		"Stack the same layers for a second container": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "no overlay"},
			{Name: "copied", Do: lessontest.Script(`cp -a "$LAB/layers/1" "$LAB/upper/second" 2>/dev/null || true`), Says: "no overlay"},
			{Name: "the first one's upper directory below", Do: lessontest.Changed(shareShell, "lowerdir=layers/2", "lowerdir=upper:layers/2"), Says: "leftmost"},
			{Name: "without one of its own", Do: lessontest.Changed(shareShell, ",upperdir=upper2,workdir=work2", ""), Says: "without an upper directory"},
			{Name: "something copied up", Do: lessontest.After(share, lessontest.Script(`echo 'chmod 600 /second/app/hello; echo done >/touched' >"$LAB/in"; until [ -s "$LAB/upper/touched" ]; do sleep 0.1; done`)), Says: "something was copied"},
		},
	})
}
