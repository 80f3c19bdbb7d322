package kernel

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// helperEnv makes the test binary a process to look at: its value is the job
// to do first. It then says what it did and stands until its input ends.
const helperEnv = "BYHAND_KERNEL_TEST_HELPER"

func TestMain(m *testing.M) {
	job := os.Getenv(helperEnv)
	if job == "" {
		os.Exit(m.Run())
	}
	if err := help(job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// help does a job such as "mounts /dir" and prints its result as a line of JSON.
func help(job string) error {
	verb, arg, _ := strings.Cut(job, " ")
	var said any
	var err error
	switch verb {
	case "stand":
	case "comm":
		err = os.WriteFile("/proc/self/comm", []byte(arg), 0)
	case "mounts":
		said, err = makeMounts(arg)
	case "propagate":
		said, err = propagate(arg)
	case "hierarchies":
		said, err = Hierarchies(0)
	default:
		err = fmt.Errorf("no such job: %q", job)
	}
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// stand starts the test binary on a job, takes what it says into said, and
// returns its pid. It ends with the test.
func stand(t *testing.T, attr *syscall.SysProcAttr, job string, said any) int {
	t.Helper()
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{os.Args[0]}, Env: append(os.Environ(), helperEnv+"="+job),
		// The directory of the tests may be closed to another user.
		Dir: "/", SysProcAttr: attr,
	}
	return started(t, cmd, said)
}

// started starts a command that stands until its input ends, and takes the
// first line that it writes, as JSON, into said unless that is nil.
func started(t *testing.T, cmd *exec.Cmd, said any) int {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	text, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil && said != nil {
		err = json.Unmarshal(text, said)
	}
	if err != nil {
		_ = in.Close()
		_ = cmd.Wait()
		t.Fatalf("%s: %v: %s %s", cmd, err, text, stderr.String())
	}
	return cmd.Process.Pid
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
