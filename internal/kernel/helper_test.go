package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/rerun"
)

func TestMain(m *testing.M) { rerun.Main(m, rerun.Standing(work)) }

// work does a job such as "mounts /dir" in a process to look at.
func work(job string) (said any, err error) {
	verb, arg, _ := strings.Cut(job, " ")
	switch verb {
	case "stand":
		return nil, nil
	case "comm":
		return nil, os.WriteFile("/proc/self/comm", []byte(arg), 0)
	case "mounts":
		return makeMounts(arg)
	case "propagate":
		return propagate(arg)
	case "hierarchies":
		return Hierarchies(0)
	}
	return nil, fmt.Errorf("no such job: %q", job)
}

// stand starts the test binary on a job, takes what it says into said, and
// returns its pid. It ends with the test.
func stand(t *testing.T, attr *syscall.SysProcAttr, job string, said any) int {
	t.Helper()
	return rerun.Start(t, rerun.Job(attr, job), said)
}

// inside are the attributes of a child that is root in a user namespace of its
// own, and in new namespaces of the kinds that flags name.
func inside(t *testing.T, flags uintptr) *syscall.SysProcAttr {
	t.Helper()
	attr := &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | flags&^unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
		// Asked for here rather than there, all mounts are made private too.
		Unshareflags: flags & unix.CLONE_NEWNS,
	}
	try := exec.Command("true")
	try.SysProcAttr = &syscall.SysProcAttr{Cloneflags: attr.Cloneflags, Unshareflags: attr.Unshareflags, UidMappings: attr.UidMappings, GidMappings: attr.GidMappings}
	if err := try.Run(); err != nil {
		t.Skipf("needs user namespaces: %v", err)
	}
	return attr
}

// command returns the path of a program, without which a test can't compare.
func command(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("nothing to compare with: %v", err)
	}
	return path
}
