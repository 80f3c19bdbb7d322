// Package kernel reads the running kernel's view of processes from /proc. It
// never writes.
package kernel

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Gone reports whether an error means that the process has ended.
func Gone(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH)
}

// StartTime returns when a process started, in clock ticks since boot
// (proc_pid_stat(5), field 22): with its pid it names a process for good.
func StartTime(pid int) (uint64, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(fields[19], 10, 64)
}

// Alive reports whether the process that started at that time still runs; a
// zombie does not.
func Alive(pid int, start uint64) bool {
	fields, err := stat(pid)
	return err == nil && fields[19] == strconv.FormatUint(start, 10) && fields[0] != "Z" && fields[0] != "X"
}

// stat returns the fields of /proc/PID/stat from the third, the state, on.
func stat(pid int) ([]string, error) {
	path := fmt.Sprintf("/proc/%d/stat", pid)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// The second field is the program's name, which may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return nil, fmt.Errorf("read %s: %d fields behind the name; want 20 or more", path, len(fields))
	}
	return fields, nil
}

// PIDs returns every process that /proc lists.
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
	return pids, nil
}

// RootLink returns where /proc/PID/root points.
func RootLink(pid int) (string, error) {
	return os.Readlink(fmt.Sprintf("/proc/%d/root", pid))
}

// Environ returns the environment that a process was started with.
func Environ(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00"), err
}
