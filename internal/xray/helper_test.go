package xray

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// jobEnv makes the test binary a process to look at, or one that looks: its
// value is the job to do first.
const jobEnv = "BYHAND_XRAY_TEST_JOB"

func TestMain(m *testing.M) {
	job := os.Getenv(jobEnv)
	if job == "" {
		os.Exit(m.Run())
	}
	if err := do(job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// do does a job such as "chroot /dir", prints what came of it as a line of JSON,
// and stands until its input ends.
func do(job string) error {
	verb, arg, _ := strings.Cut(job, " ")
	var said any
	var err error
	switch verb {
	case "stand":
	case "chroot":
		err = unix.Chroot(arg)
	case "filter":
		err = filter()
	case "listen":
		var l net.Listener
		if l, err = net.Listen("tcp4", "0.0.0.0:0"); err == nil {
			defer l.Close()
			said = l.Addr().(*net.TCPAddr).Port
		}
	case "mount":
		err = unix.Mount("byhand-test", arg, "tmpfs", unix.MS_RDONLY, "")
	case "look":
		var pid int
		if pid, err = strconv.Atoi(arg); err == nil {
			said, err = Look(pid)
		}
	case "list":
		said, err = Containers(nil)
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

// filter puts all threads under a seccomp filter that allows everything.
func filter() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	allow := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 0x7fff0000}}
	prog := unix.SockFprog{Len: 1, Filter: &allow[0]}
	const setModeFilter, tsync = 1, 1
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, setModeFilter, tsync, uintptr(unsafe.Pointer(&prog))); errno != 0 {
		return errno
	}
	return nil
}

// stand starts the test binary on a job, takes what it says into said, and
// returns its pid. It ends with the test.
func stand(t *testing.T, attr *syscall.SysProcAttr, job string, said any) int {
	t.Helper()
	return started(t, &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{os.Args[0]}, Env: append(os.Environ(), jobEnv+"="+job), Dir: "/", SysProcAttr: attr,
	}, said)
}

// started starts a command that says a line and then stands until its input ends.
func started(t *testing.T, cmd *exec.Cmd, said any) int {
	t.Helper()
	cmd.Stderr = os.Stderr
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
		t.Fatalf("%s: %v: %s", cmd, err, text)
	}
	return cmd.Process.Pid
}

// root skips a test that only root can run.
func root(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it makes namespaces and cgroups")
	}
}

func looked(t *testing.T, pid int) Anatomy {
	t.Helper()
	a, err := Look(pid)
	if err != nil {
		t.Fatalf("Look(%d) = %v", pid, err)
	}
	return a
}
