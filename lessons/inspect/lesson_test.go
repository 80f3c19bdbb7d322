package inspect

import (
	"os"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/portrait"
	"byhand/lab/sys"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"List its processes, as docker top does": {
			{Name: "nothing listed", Do: lessontest.Nothing, Says: "not the processes"},
			{Name: "all of the machine", Do: lessontest.Changed(topShell, `= "$ns"`, `!= x`), Says: "other namespaces, too"},
			{Name: "the first one only", Do: lessontest.Changed(topShell, "sort -n", "sort -n | head -n 1"), Says: "not the processes"},
		},
		"Read what it is, as docker inspect does": {
			{Name: "nothing read", Do: lessontest.Nothing, Says: "was not read"},
			{Name: "of byhand itself", Do: into("inspect", func(t *sys.Tracer, _ int) (string, error) { return portrait.Of(t, os.Getpid()) }), Says: "outside of the container"},
		},
		"Ask about the machine, as docker info does": {
			{Name: "nothing asked", Do: lessontest.Nothing, Says: "the kernel says otherwise"},
			{Name: "the other version of cgroups", Do: lessontest.Changed(infoShell, "= cgroup2fs", "!= cgroup2fs"), Says: "the kernel says otherwise"},
		},
	})
}
