package snapshot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"byhand/internal/kernel"
)

// processes lists every process but the kernel's own threads.
func processes(o Options) ([]Item, error) {
	c, err := newCensus(o)
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, s := range c.all {
		words, _ := kernel.CommandLine(s.PID)
		about := strings.Join(words, " ")
		if about == "" {
			about = "[" + s.Name + "]"
		}
		items = append(items, Item{
			Key:   fmt.Sprintf("process %d, started at tick %d", s.PID, s.Start),
			About: about, Others: !c.ours[s.PID], Viewer: c.viewer[s.PID],
		})
	}
	return items, nil
}

// A census are the processes, and whose they are.
type census struct {
	all          []kernel.Stat
	ours, viewer map[int]bool
}

func newCensus(o Options) (census, error) {
	c := census{ours: map[int]bool{}, viewer: map[int]bool{}}
	list, err := kernel.Processes()
	if err != nil {
		return c, err
	}
	parents := map[int]int{}
	for _, s := range list {
		if !s.KernelThread {
			c.all = append(c.all, s)
			parents[s.PID] = s.Parent
		}
	}
	for pid := os.Getpid(); pid != 0 && !c.viewer[pid]; pid = parents[pid] {
		c.viewer[pid] = true
	}
	mark := marks{own: o.Own}
	mark.mounts, _ = kernel.Namespace(o.PID, "mnt")
	marked := map[int]bool{}
	for _, s := range c.all {
		marked[s.PID] = !c.viewer[s.PID] && mark.on(s)
	}
	for _, s := range c.all {
		// Who descends from one of ours is ours. A loop of parents, read while
		// they changed, ends.
		seen := map[int]bool{}
		for pid := s.PID; pid != 0 && !seen[pid]; pid = parents[pid] {
			seen[pid] = true
			c.ours[s.PID] = c.ours[s.PID] || marked[pid]
		}
	}
	return c, nil
}

// marks are what byhand's processes are known by.
type marks struct {
	own    []string
	mounts string
}

// on reports whether a process bears one: byhand's name, a variable that it
// gives only to its children, a cgroup named after it, or a root of its making.
// What may not be read is another user's.
func (m marks) on(s kernel.Stat) bool {
	if s.Name == "byhand" {
		return true
	}
	variables, _ := kernel.Environ(s.PID)
	for _, v := range variables {
		if strings.HasPrefix(v, "BYHAND_BENCH=") || strings.HasPrefix(v, "BYHAND_STAGE=") {
			return true
		}
	}
	groups, _ := kernel.Memberships(s.PID)
	for _, g := range groups {
		if strings.Contains(g.Path, "/byhand-") {
			return true
		}
	}
	if root, err := kernel.RootLink(s.PID); err == nil && within(root, m.own) {
		return true
	}
	return m.root(s.PID)
}

// root reports whether a process in another mount namespace has a root that was
// mounted from byhand's directories.
func (m marks) root(pid int) bool {
	if id, err := kernel.Namespace(pid, "mnt"); err != nil || id == m.mounts {
		return false
	}
	list, _ := kernel.Mounts(pid)
	for _, mount := range list {
		if mount.Target != "/" {
			continue
		}
		if within(mount.Root, m.own) {
			return true
		}
		if upper, _ := mount.Super("upperdir"); within(upper, m.own) {
			return true
		}
	}
	return false
}

// within reports whether a path is one of the directories, or below.
func within(path string, dirs []string) bool {
	for _, dir := range dirs {
		if rel, err := filepath.Rel(dir, path); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
			return true
		}
	}
	return false
}
