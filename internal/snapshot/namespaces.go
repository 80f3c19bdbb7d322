package snapshot

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"byhand/internal/kernel"
)

// namespaces lists those that something holds: a process in them, an open file
// of theirs, or a mount (namespaces(7)).
func namespaces(o Options) ([]Item, error) {
	c, err := newCensus(o)
	if err != nil {
		return nil, err
	}
	found := map[string]*holders{}
	note := func(id, holder string, ours, viewer bool) {
		h := found[id]
		if h == nil {
			h = &holders{viewer: true}
			found[id] = h
		}
		h.who = append(h.who, holder)
		h.ours, h.viewer = h.ours || ours, h.viewer && viewer
	}
	for _, s := range c.all {
		who := fmt.Sprintf("process %d (%s)", s.PID, s.Name)
		ids, _ := kernel.Namespaces(s.PID)
		for _, id := range ids {
			note(id, who, c.ours[s.PID], c.viewer[s.PID])
		}
		for _, id := range opened(s.PID) {
			note(id, "a file that "+who+" has open", c.ours[s.PID], c.viewer[s.PID])
		}
	}
	list, err := kernel.Mounts(o.PID)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if m.FSType == "nsfs" {
			note(m.Root, "the mount "+m.Target, true, false)
		}
	}
	var items []Item
	for id, h := range found {
		slices.Sort(h.who)
		items = append(items, Item{Key: id, About: "held by " + strings.Join(slices.Compact(h.who), ", "), Others: !h.ours, Viewer: h.viewer})
	}
	return items, nil
}

// holders are who keeps a namespace.
type holders struct {
	who          []string
	ours, viewer bool
}

// opened returns the namespaces that a process has open.
func opened(pid int) (ids []string) {
	dir := fmt.Sprintf("/proc/%d/fd/", pid)
	entries, _ := os.ReadDir(dir) // closed to us where it is another user's
	for _, e := range entries {
		target, err := os.Readlink(dir + e.Name())
		if kind, _, found := strings.Cut(target, ":["); err == nil && found && slices.Contains(kinds, kind) {
			ids = append(ids, target)
		}
	}
	return ids
}

// kinds are those of namespaces, as the links to them begin.
var kinds = []string{"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}
