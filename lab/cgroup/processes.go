package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Processes returns the processes of the group and of groups below it, in any
// of its hierarchies. A group that is gone has none.
func (g *Group) Processes() ([]int, error) {
	var pids []int
	for _, d := range g.Dirs {
		groups, err := tree(d.Path)
		if err != nil {
			return nil, err
		}
		for _, dir := range groups {
			listed, err := processes(dir)
			if err != nil {
				return nil, err
			}
			pids = append(pids, listed...)
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids), nil
}

// processes reads one group's cgroup.procs.
func processes(dir string) ([]int, error) {
	path := filepath.Join(dir, "cgroup.procs")
	text, err := os.ReadFile(path)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, s := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(s)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		// 0 stands for a process that our pid namespace has no number for.
		if pid != 0 {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// tree lists a group's directory and those below it, the deepest first, which
// is the order in which they can be removed; none where it is gone.
func tree(dir string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case gone(err):
			return nil
		case err != nil:
			return err
		case e.IsDir():
			dirs = append(dirs, path)
		}
		return nil
	})
	slices.Reverse(dirs)
	return dirs, err
}

// gone reports whether a group was removed before or, ENODEV, while it was read.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENODEV)
}
