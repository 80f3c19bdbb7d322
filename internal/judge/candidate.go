package judge

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// Candidate is a process that differs from us as a container does.
type Candidate struct {
	// PID and Name are the process's; Start tells it from a later one.
	PID   int    `json:"pid"`
	Name  string `json:"name"`
	Start uint64 `json:"start"`
	// Root is where its root lies as we see it, or empty where that is ours.
	Root string `json:"root,omitempty"`
	// Own are the kinds of namespaces that are not ours.
	Own []string `json:"namespaces,omitempty"`

	// key is the same for all that stand in one sandbox.
	key string
}

// kinds are the namespaces that a container has of its own.
var kinds = []string{"mnt", "uts", "ipc", "net", "pid", "user"}

// Why says what makes the process a candidate.
func (c Candidate) Why() string {
	var why []string
	if c.Root != "" {
		why = append(why, "its root is "+c.Root)
	}
	if len(c.Own) > 0 {
		why = append(why, "not ours are its namespaces "+strings.Join(c.Own, ", "))
	}
	if why == nil {
		return "its root and its namespaces are ours"
	}
	return strings.Join(why, "; ")
}

// weight is how far the process differs: every lesson's has a root of its own,
// which counts for more than all namespaces.
func (c Candidate) weight() int {
	if c.Root == "" {
		return len(c.Own)
	}
	return len(c.Own) + len(kinds) + 1
}

// Examine compares one process with us.
func Examine(pid int) (Candidate, error) {
	s, err := kernel.ReadStat(pid)
	if err != nil {
		return Candidate{}, err
	}
	c := Candidate{PID: pid, Name: s.Name, Start: s.Start}
	all, err := kernel.Namespaces(pid)
	if err != nil {
		return c, err
	}
	for _, kind := range kinds {
		ours, err := kernel.Namespace(0, kind)
		if err != nil {
			return c, err
		}
		if all[kind] != ours {
			c.Own = append(c.Own, kind)
		}
		c.key += all[kind] + " "
	}
	root := fmt.Sprintf("/proc/%d/root", pid)
	theirs, err := os.Stat(root)
	if err != nil {
		return c, err
	}
	ours, err := os.Stat("/")
	if err != nil {
		return c, err
	}
	if !os.SameFile(theirs, ours) {
		c.Root = rootPath(pid, theirs)
	}
	c.key += c.Root
	return c, nil
}

// rootPath is the path by which we reach a process's root: the link's where
// that leads to it; after pivot_root(2) where its mount is from, or the link itself.
func rootPath(pid int, theirs os.FileInfo) string {
	if path, err := kernel.RootLink(pid); err == nil && path != "/" {
		if there, err := os.Stat(path); err == nil && os.SameFile(there, theirs) {
			return path
		}
	}
	if path, found := mounted(pid); found {
		if there, err := os.Stat(path); err == nil && os.SameFile(there, theirs) {
			return path
		}
	}
	return fmt.Sprintf("/proc/%d/root", pid)
}

// mounted is the path by which we reach the directory that is mounted as a
// process's root.
func mounted(pid int) (path string, found bool) {
	theirs, err := kernel.Mounts(pid)
	if err != nil {
		return "", false
	}
	root, found := kernel.MountAt(theirs, "/")
	if !found {
		return "", false
	}
	ours, err := kernel.Mounts(0)
	if err != nil {
		return "", false
	}
	for _, m := range ours {
		if rest, below := strings.CutPrefix(root.Root, strings.TrimSuffix(m.Root, "/")); m.Device == root.Device && below {
			return filepath.Join(m.Target, rest), true
		}
	}
	return "", false
}

// Among returns of processes those that differ from us, one for each sandbox:
// the oldest in it, which the others come from. The likeliest is first: who
// differs most, and of those the latest.
func Among(processes []kernel.Stat) []Candidate {
	eldest := map[string]Candidate{}
	for _, p := range processes {
		if p.Ended() || p.PID == os.Getpid() {
			continue
		}
		c, err := Examine(p.PID)
		if err != nil || c.weight() == 0 {
			continue // it has ended, is not ours to look at, or is like us
		}
		if first, found := eldest[c.key]; !found || older(c, first) {
			eldest[c.key] = c
		}
	}
	var all []Candidate
	for _, c := range eldest {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Candidate) int {
		if a.weight() != b.weight() {
			return b.weight() - a.weight()
		}
		if older(a, b) {
			return 1
		}
		return -1
	})
	return all
}

// older goes by the time, and within a tick of the clock by the number.
func older(a, b Candidate) bool {
	if a.Start != b.Start {
		return a.Start < b.Start
	}
	return a.PID < b.PID
}
