package unshare

import (
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/namespace"
	"byhand/lessons/internal/steps"
)

func TestMain(m *testing.M) { lessontest.Main(m, nil) }

func TestLaws(t *testing.T) {
	without := func(flag uintptr, name, says string) lessontest.Saboteur {
		return lessontest.Saboteur{Name: "without " + name, Do: steps.IsolateIn(namespace.Six &^ flag), Says: says}
	}
	lessontest.Laws(t, Lesson(), map[string][]lessontest.Saboteur{
		"Start a shell in six new namespaces": {
			{Name: "nothing started", Do: lessontest.Nothing, Says: "a process in the sandbox"},
			without(unix.CLONE_NEWUTS, "CLONE_NEWUTS", "our uts namespace"),
			without(unix.CLONE_NEWIPC, "CLONE_NEWIPC", "our ipc namespace"),
			without(unix.CLONE_NEWNET, "CLONE_NEWNET", "our net namespace"),
			without(unix.CLONE_NEWPID, "CLONE_NEWPID", "our pid namespace"),
		},
		"Give it a host name of its own": {
			{Name: "not named", Do: lessontest.Nothing, Says: "host name"},
		},
	})
}
