package torture

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Watch judges the calls of a program and of what it has started. For as long as
// any of them lives, somebody must be at Serve: a call that nobody judges waits.
type Watch struct {
	kind Kind
	fd   int
	done chan struct{}

	mu     sync.Mutex
	counts int
	last   string
}

// Counts returns how many calls of the kind there were until now, and who made
// the last of them, as a sentence.
func (w *Watch) Counts() (calls int, last string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts, w.last
}

// notification and answer are struct seccomp_notif and seccomp_notif_resp.
type notification struct {
	id         uint64
	pid, flags uint32
	nr         int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

type answer struct {
	id    uint64
	value int64
	errno int32
	flags uint32
}

// Serve lets every call be made, until none of the program's processes lives or
// Close. Before the n-th call that counts, strike must kill its process, and may
// kill others.
func (w *Watch) Serve(counts func(pid int) bool, n int, strike func(pid int)) error {
	defer unix.Close(w.fd)
	for {
		select {
		case <-w.done:
			return nil
		default:
		}
		poll := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, 50); err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("poll: %w", err)
		}
		if poll[0].Revents&unix.POLLIN == 0 {
			if poll[0].Revents&unix.POLLHUP != 0 {
				return nil
			}
			continue
		}
		var call notification
		if err := control(w.fd, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&call)); err != nil {
			if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EINTR) {
				continue // who asked has died
			}
			return fmt.Errorf("receive a call: %w", err)
		}
		if counts(int(call.pid)) && w.of(call) && w.count(call) == n {
			strike(int(call.pid))
			continue
		}
		reply := answer{id: call.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if err := control(w.fd, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&reply)); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("let a call be made: %w", err)
		}
	}
}

// Close ends Serve.
func (w *Watch) Close() { close(w.done) }

func (w *Watch) count(call notification) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts++
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", call.pid))
	w.last = fmt.Sprintf("system call %d of thread %d: %s", call.nr, call.pid, strings.ReplaceAll(string(name), "\x00", " "))
	return w.counts
}

// of reports whether a call is of the kind, where that takes more than its number.
func (w *Watch) of(call notification) bool {
	target := func() string {
		text, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", call.pid, int32(call.args[0])))
		return text
	}
	switch {
	case w.kind == Groups:
		return strings.HasPrefix(target(), "/sys/fs/cgroup/") || strings.Contains(target(), "cgroup.procs")
	case w.kind == Network:
		inode, found := strings.CutPrefix(target(), "socket:[")
		return found && isNetlink(int(call.pid), strings.TrimSuffix(inode, "]"))
	case call.nr == unix.SYS_CLONE3:
		// The flags are in the caller's memory: a thread changes nothing.
		memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", call.pid))
		if err != nil {
			return true
		}
		defer memory.Close()
		var flags [8]byte
		if _, err := memory.ReadAt(flags[:], int64(call.args[0])); err != nil {
			return true
		}
		return *(*uint64)(unsafe.Pointer(&flags))&unix.CLONE_THREAD == 0
	}
	return true
}

// isNetlink looks a socket up among those of the process's network namespace.
func isNetlink(pid int, inode string) bool {
	table, _ := os.ReadFile(fmt.Sprintf("/proc/%d/net/netlink", pid))
	for line := range strings.Lines(string(table)) {
		if f := strings.Fields(line); len(f) > 0 && f[len(f)-1] == inode {
			return true
		}
	}
	return false
}

// Kill kills one process.
func Kill(pid int) { _ = unix.Kill(pid, unix.SIGKILL) }

func control(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}
