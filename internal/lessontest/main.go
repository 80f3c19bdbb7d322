// Package lessontest holds every lesson to the same laws, on the real kernel.
package lessontest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/lab"
	"byhand/lab/process"
)

// envPrivate tells a test binary that it is in the mount namespace made for it.
const envPrivate = "BYHAND_TEST_PRIVATE"

// Main is TestMain for a lesson: it runs stages in the children that the
// lesson starts, and the tests in the first process. The saboteurs' own stages
// come on top of the lab's.
func Main(m *testing.M, saboteurs process.Table) {
	if process.IsChild() {
		table := lab.Stages()
		maps.Copy(table, saboteurs)
		os.Exit(process.ChildMain(table))
	}
	if os.Geteuid() == 0 && os.Getenv(envPrivate) == "" {
		os.Exit(again())
	}
	// What loses its parent becomes ours, so that a process left behind is seen.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		fmt.Fprintln(os.Stderr, "become a subreaper:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// again runs this test binary in a mount namespace of its own, in which a
// saboteur may mount things where they should not be without harm to the
// machine. It returns the exit status.
func again() int {
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Args[0] = os.Args[0]
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), envPrivate+"=1")
	// With CLONE_NEWNS here, the runtime also makes the mounts private.
	c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL}
	err := c.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return ended.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "run the tests in a mount namespace of their own:", err)
		return 1
	}
	return 0
}
