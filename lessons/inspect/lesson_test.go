package inspect

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/portrait"
	"byhand/lab/sys"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

type does = func(context.Context, *bench.Bench) error

func TestLaws(t *testing.T) {
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"List its processes, as docker top does": {
			{Name: "nothing listed", Do: lessontest.Nothing, Says: "not the processes"},
			{Name: "all of the machine", Do: changed(topShell, `= "$ns"`, `!= x`), Says: "other namespaces, too"},
			{Name: "the first one only", Do: changed(topShell, "sort -n", "sort -n | head -n 1"), Says: "not the processes"},
		},
		"Read what it is, as docker inspect does": {
			{Name: "nothing read", Do: lessontest.Nothing, Says: "was not read"},
			{Name: "of byhand itself", Do: into("inspect", func(t *sys.Tracer, _ int) (string, error) { return portrait.Of(t, os.Getpid()) }), Says: "outside of the container"},
		},
		"Ask about the machine, as docker info does": {
			{Name: "nothing asked", Do: lessontest.Nothing, Says: "the kernel says otherwise"},
			{Name: "the other version of cgroups", Do: changed(infoShell, "= cgroup2fs", "!= cgroup2fs"), Says: "the kernel says otherwise"},
		},
	})
}

// changed is a step's script with another word in it.
func changed(text, before, after string) does {
	return func(ctx context.Context, b *bench.Bench) error {
		if !strings.Contains(text, before) {
			return errors.New("the script has no " + before)
		}
		c := exec.CommandContext(ctx, "bash", "-eu", "-c", strings.ReplaceAll(text, before, after))
		c.Env = append(os.Environ(), "LAB="+b.Dir)
		if out, err := c.CombinedOutput(); err != nil {
			return errors.Join(err, errors.New(string(out)))
		}
		return nil
	}
}
