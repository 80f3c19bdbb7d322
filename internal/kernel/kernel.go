// Package kernel reads the running kernel's view of processes, namespaces,
// mounts, cgroups and the network from /proc and /sys and by netlink. It never
// writes. Throughout, pid 0 is this process, and what a process that has ended
// leads to is an error that Gone knows.
package kernel

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Gone reports whether an error means that the process has ended.
func Gone(err error) bool {
	// An open fails with ENOENT; the read of a file opened before, with ESRCH.
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH)
}

// isInvalid reports whether an error is EINVAL, by which some files say that
// there is nothing to tell.
func isInvalid(err error) bool { return errors.Is(err, unix.EINVAL) }

// of returns the path of a process's file or link in /proc.
func of(pid int, name string) string {
	if pid == 0 {
		return "/proc/self/" + name
	}
	return fmt.Sprintf("/proc/%d/%s", pid, name)
}

// read reads a file of /proc or /sys whole and parses it.
func read[T any](path string, parse func(string) (T, error)) (T, error) {
	var none T
	text, err := os.ReadFile(path)
	if err != nil {
		return none, err
	}
	parsed, err := parse(string(text))
	if err != nil {
		return none, fmt.Errorf("read %s: %w", path, err)
	}
	return parsed, nil
}

// lines parses a table line by line.
func lines[T any](text string, parse func(line string) (T, error)) ([]T, error) {
	var all []T
	n := 0
	for line := range strings.Lines(text) {
		n++
		one, err := parse(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, one)
	}
	return all, nil
}
