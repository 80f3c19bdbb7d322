package torture

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Launcher is the name by which a program becomes Launch's.
const Launcher = "byhand-tortured"

// LaunchMain is what a program of the name Launcher does: it lets itself be
// watched for calls of the kind in its first argument and becomes the program in
// the second, under the name of the third and with the arguments that follow.
func LaunchMain() {
	runtime.LockOSThread() // the filter is this thread's, and execve(2) keeps it
	if err := install(Kind(os.Args[1])); err == nil {
		unix.CloseOnExec(gate)
		// Nothing may be said, since that might ask: standing still is the sign.
		_, err = unix.Read(gate, make([]byte, 1))
		if err == nil {
			_ = unix.Exec(os.Args[2], os.Args[3:], os.Environ())
		}
	}
	os.Exit(125)
}

// gate is the descriptor at which a launched program waits to be let go.
const gate = 3

// Launch starts a command under watch. The program must be one that calls
// LaunchMain by the name Launcher.
func Launch(c *exec.Cmd, k Kind) (*Watch, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	defer w.Close()
	c.Args = append([]string{Launcher, string(k), c.Path}, c.Args...)
	c.ExtraFiles = []*os.File{r}
	if err := c.Start(); err != nil {
		return nil, err
	}
	fd, err := listener(c.Process.Pid)
	if err != nil {
		_ = c.Process.Kill()
		_ = c.Wait()
		return nil, err
	}
	watch := &Watch{kind: k, fd: fd, done: make(chan struct{})}
	if _, err := w.Write([]byte{0}); err != nil {
		return nil, err
	}
	return watch, nil
}

// listener takes a copy of the descriptor at which the process asks, as soon as
// it has one.
func listener(pid int) (int, error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return -1, fmt.Errorf("pidfd_open %d: %w", pid, err)
	}
	defer func() { _ = unix.Close(pidfd) }()
	dir := fmt.Sprintf("/proc/%d/fd/", pid)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return -1, err
		}
		for _, e := range entries {
			if target, _ := os.Readlink(dir + e.Name()); strings.Contains(target, "seccomp notify") {
				var n int
				if _, err := fmt.Sscan(e.Name(), &n); err != nil {
					return -1, err
				}
				return unix.PidfdGetfd(pidfd, n, 0)
			}
		}
	}
	return -1, errors.New("the program did not let itself be watched")
}
