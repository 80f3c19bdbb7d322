// Package lessontest holds every lesson to the same laws, on the real kernel.
package lessontest

import (
	"fmt"
	"maps"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/rerun"
	"byhand/lab"
	"byhand/lab/process"
)

// Main is TestMain for a lesson: it runs stages in the children that the
// lesson starts, and the tests in the first process. The saboteurs' own stages
// come on top of the lab's.
func Main(m *testing.M, saboteurs process.Table) {
	if process.IsChild() {
		table := lab.Stages()
		maps.Copy(table, saboteurs)
		os.Exit(process.ChildMain(table))
	}
	// In there a saboteur may mount things where they should not be without harm
	// to the machine.
	if os.Geteuid() == 0 && !rerun.IsApart() {
		os.Exit(rerun.Apart(unix.CLONE_NEWNS))
	}
	// What loses its parent becomes ours, so that a process left behind is seen.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		fmt.Fprintln(os.Stderr, "become a subreaper:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
