// Package rerun has a test binary run itself once more: all of its tests in
// namespaces of their own, or a single job as a process for tests to look at.
package rerun

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// again is a command that runs this test binary with another variable in its
// environment.
func again(variable, value string, args ...string) *exec.Cmd {
	return &exec.Cmd{
		// The binary's own path may have no meaning to another user or root;
		// its name stays, since the testing package reads it.
		Path: "/proc/self/exe",
		Args: append([]string{os.Args[0]}, args...),
		Env:  append(os.Environ(), variable+"="+value),
	}
}

// envApart tells a test binary that it is in the namespaces made for it.
const envApart = "BYHAND_TEST_APART"

// IsApart tells whether Apart has been there before.
func IsApart() bool { return os.Getenv(envApart) != "" }

// Apart runs this test binary, with its arguments, in new namespaces of the
// kinds that flags name (CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID), and returns
// the exit status: what the tests change there is not the machine's. An ordinary user
// becomes root in a user namespace, which owns the others.
func Apart(flags uintptr) int {
	c := again(envApart, "1", os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	// Asked for with CLONE_NEWNS, Unshareflags also makes the mounts private.
	// A pid namespace can't be entered, only be born in.
	c.SysProcAttr = &syscall.SysProcAttr{
		Unshareflags: flags &^ unix.CLONE_NEWPID, Cloneflags: flags & unix.CLONE_NEWPID, Pdeathsig: unix.SIGKILL,
	}
	if os.Geteuid() != 0 {
		c.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	err := c.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return ended.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "run the tests in namespaces of their own:", err)
		return 1
	}
	return 0
}

// envJob names the job that a test binary is to do in place of its tests.
const envJob = "BYHAND_TEST_JOB"

// Job is a command that runs this test binary on a job, which Main hands to do.
func Job(attr *syscall.SysProcAttr, job string) *exec.Cmd {
	c := again(envJob, job)
	// The directory of the tests may be closed to another user.
	c.Dir, c.SysProcAttr = "/", attr
	return c
}

// Main is TestMain for a package whose tests start jobs: it has do do the job
// that this process was started for, or runs the tests.
func Main(m *testing.M, do func(job string) error) {
	job := os.Getenv(envJob)
	if job == "" {
		os.Exit(m.Run())
	}
	if err := do(job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
