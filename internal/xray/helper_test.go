package xray

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"byhand/internal/rerun"
)

func TestMain(m *testing.M) { rerun.Main(m, rerun.Standing(work)) }

// work does a job such as "chroot /dir" in a process to look at, or in one that looks.
func work(job string) (said any, err error) {
	verb, arg, _ := strings.Cut(job, " ")
	switch verb {
	case "stand":
		return nil, nil
	case "chroot":
		return nil, unix.Chroot(arg)
	case "filter":
		return nil, filter()
	case "listen":
		return listen()
	case "mount":
		return nil, unix.Mount("byhand-test", arg, "tmpfs", unix.MS_RDONLY, "")
	case "look":
		pid, err := strconv.Atoi(arg)
		if err != nil {
			return nil, err
		}
		return Look(pid)
	case "list":
		return Containers(nil)
	}
	return nil, fmt.Errorf("no such job: %q", job)
}

// listen listens on all addresses as long as the process stands: the descriptor
// is no one's, so that nothing closes it. It returns the port.
func listen() (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := unix.Listen(fd, 1); err != nil { // unbound, it gets a port
		return 0, err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	return name.(*unix.SockaddrInet4).Port, nil
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
	return rerun.Start(t, rerun.Job(attr, job), said)
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
