package kernel

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

// PIDs returns every process that /proc lists, lowest first.
func PIDs() ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids, nil
}

// RootLink returns where /proc/PID/root points.
func RootLink(pid int) (string, error) { return os.Readlink(of(pid, "root")) }

// CwdLink returns where /proc/PID/cwd points: the process's working directory.
func CwdLink(pid int) (string, error) { return os.Readlink(of(pid, "cwd")) }

// Environ returns the environment that a process was started with. It is empty
// too while execve(2) is at work, which reaches it only after the old program's
// descriptors were closed. Of a zombie and of a kernel thread it is empty, an
// error that Gone knows, or one of permission, as the kernel's version and our
// privileges have it.
func Environ(pid int) ([]string, error) {
	text, err := os.ReadFile(of(pid, "environ"))
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00"), nil
}
