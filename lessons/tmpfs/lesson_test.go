package tmpfs

import (
	"testing"

	"byhand/internal/lessontest"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Mount memory at a directory": {
			{Name: "nothing done", Do: lessontest.Nothing, Says: "nothing was"},
			{Name: "a directory only", Do: lessontest.Script(`mkdir "$LAB/rootfs/secret"`), Says: "nothing was"},
			{Name: "without a size", Do: lessontest.Changed(memoryShell, "size=1m,", ""), Says: "size="},
			{Name: "without a mode", Do: lessontest.Changed(memoryShell, ",mode=0700", ""), Says: "mode="},
			{Name: "for programs too", Do: lessontest.Changed(memoryShell, "noexec,", ""), Says: "noexec"},
			{Name: "another file system", Do: lessontest.Changed(memoryShell, "mount -t tmpfs -o nosuid,nodev,noexec,size=1m,mode=0700 tmpfs", "mount -t proc proc"), Says: "another file system"},
			{Name: "outside", Do: lessontest.Script(`mkdir "$LAB/rootfs/secret"; mount -t tmpfs -o size=1m,mode=0700 tmpfs "$LAB/rootfs/secret"`), Says: "in our own mount namespace", Root: true},
			{Name: "outside as well", Do: lessontest.After(memory, lessontest.Script(`mount -t tmpfs tmpfs "$LAB/rootfs/secret"`)), Says: "outside as well", Root: true},
		},
		"Keep a secret there, and look for it on the disk": {
			{Name: "nothing written", Do: lessontest.Nothing, Says: "not written there"},
			{Name: "on the disk too", Do: lessontest.After(keep, lessontest.Script(`echo "`+secret+`" >"$LAB/rootfs/copy"`)), Says: "written to the disk"},
			{Name: "beneath the mount", Do: lessontest.Script(`echo "` + secret + `" >"$LAB/rootfs/secret/token"`), Says: "or there only"},
			{Name: "nothing beside it", Do: lessontest.After(keep, lessontest.Script(`rm "$LAB/rootfs/beside"`)), Says: "proves nothing"},
			{Name: "the memory taken down", Do: lessontest.After(keep, takeDown), Says: "not mounted any more"},
		},
		"Write more than it may hold": {
			{Name: "nothing written", Do: lessontest.Nothing, Says: "to fill it"},
			{Name: "only a little", Do: lessontest.Changed(fillShell, "2097152 >/secret", "20000 >/secret"), Says: "to fill it"},
			{Name: "without a limit", Do: lessontest.After(lessontest.Script(`echo 'mount -o remount,size=8m /secret' >"$LAB/in"`), fill), Says: "all of it was taken"},
			{Name: "nothing beside it", Do: lessontest.After(fill, lessontest.Script(`rm "$LAB/rootfs/fill"`)), Says: "for comparison"},
			{Name: "the memory taken down", Do: lessontest.After(takeDown, fill), Says: "not mounted any more"},
		},
		"Take it down, and the secret with it": {
			{Name: "it stays", Do: lessontest.Nothing, Says: "still mounted"},
			{Name: "the files deleted only", Do: lessontest.Script(`echo 'rm /secret/*; echo done >/deleted' >"$LAB/in"; until [ -s "$LAB/rootfs/deleted" ]; do sleep 0.1; done`), Says: "still mounted"},
			{Name: "copied to the disk first", Do: lessontest.After(lessontest.Script(`echo 'cp /secret/token /copy; echo done >/copied' >"$LAB/in"; until [ -s "$LAB/rootfs/copied" ]; do sleep 0.1; done`), takeDown), Says: "copied to the disk"},
			{Name: "what is beside it deleted too", Do: lessontest.After(takeDown, lessontest.Script(`rm "$LAB/rootfs/fill"`)), Says: "deleted, not unmounted"},
			{Name: "something beneath", Do: lessontest.After(lessontest.Script(`: >"$LAB/rootfs/secret/below"`), takeDown), Says: "beneath"},
		},
	})
}
