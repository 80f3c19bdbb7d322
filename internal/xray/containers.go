package xray

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"byhand/internal/kernel"
)

// Container is what looks like one: its first process, and why it looks so.
type Container struct {
	Identity
	// PID is its first process, and Command that process's program.
	PID     int    `json:"pid"`
	Command string `json:"command"`
	// Processes counts those that look the same.
	Processes int `json:"processes"`
	// Apart names what it has of its own, such as "pid" for a namespace, "root"
	// for another root that is not in a mount namespace, and "cgroup path".
	Apart []string `json:"apart"`
}

// Listing is what looks like a container on this machine.
type Listing struct {
	// Containers are ordered by their first processes.
	Containers []Container `json:"containers"`
	// Unread counts the processes whose namespaces we may not look at; some of
	// them may be in containers that only their cgroups' names tell of.
	Unread int `json:"unread"`
	// Why is one of the errors, or empty.
	Why string `json:"why,omitempty"`
}

// unknown is the engine of what looks like a container and says no more.
const unknown = "unknown"

// traits are what tells a process from those of the host.
type traits struct {
	id    Identity
	apart []string
	key   string
}

// Containers lists what looks like a container: processes that have a PID
// namespace or a root of their own, or that stand in a cgroup which an engine
// named. A service that only has its own mounts does not look like one. The
// caller tells by PID which processes it knows, and as what.
func Containers(known map[int]Identity) (Listing, error) {
	all, err := kernel.Processes()
	if err != nil {
		return Listing{}, err
	}
	engines := engines(all)
	var l Listing
	at := map[string]int{}
	start := map[string]uint64{}
	for _, s := range all {
		t, err := look(s, known, engines)
		if err != nil && !kernel.Gone(err) {
			l.Unread++
			l.Why = reason(err)
		}
		if t.key == "" || s.Ended() {
			continue
		}
		i, seen := at[t.key]
		if !seen {
			i = len(l.Containers)
			at[t.key] = i
			l.Containers = append(l.Containers, Container{Identity: t.id, Apart: t.apart})
		}
		c := &l.Containers[i]
		c.Processes++
		if !seen || s.Start < start[t.key] {
			c.PID, c.Command, start[t.key] = s.PID, s.Name, s.Start
		}
	}
	slices.SortFunc(l.Containers, func(a, b Container) int { return a.PID - b.PID })
	return l, nil
}

// look finds a process's traits; one of the host has no key. An error means that
// it could only be judged by its cgroups.
func look(s kernel.Stat, known map[int]Identity, engines engineTable) (traits, error) {
	var t traits
	members, err := kernel.Memberships(s.PID)
	if err != nil {
		return t, err
	}
	id, found := identify(members)
	if found {
		id = engines.named(id)
		t.apart = append(t.apart, "cgroup path")
	}
	if k, ok := known[s.PID]; ok {
		id, found = k, true
	} else if e, ok := engines.children[s.Parent]; ok && !found {
		id, found = e, true
	}
	t.id = id
	pid, err := kernel.Namespace(s.PID, "pid")
	if err == nil {
		err = t.look(s.PID, pid)
	}
	if errors.Is(err, os.ErrPermission) && found {
		t.key = id.Engine + id.ID // the cgroup's name says enough
		return t, err
	}
	if err != nil {
		return traits{}, err
	}
	if len(t.apart) > 0 || found {
		if t.id.Engine == "" {
			t.id.Engine = unknown
		}
		if found && !(t.id.Engine == "byhand" && t.key != "") {
			t.key = id.Engine + id.ID
		}
	}
	return t, nil
}

// look compares root and namespaces with ours.
func (t *traits) look(pid int, pidNS string) error {
	root, err := kernel.RootLink(pid)
	if err != nil {
		return err
	}
	mnt, err := kernel.Namespace(pid, "mnt")
	if err != nil {
		return err
	}
	var apart []string
	for _, kind := range kinds {
		theirs, err := kernel.Namespace(pid, kind)
		if err != nil {
			continue // of this kind there is none, or it has just ended
		}
		if ours, err := kernel.Namespace(0, kind); err == nil && ours != theirs {
			apart = append(apart, kind)
		}
	}
	if root != "/" {
		apart = append([]string{"root"}, apart...)
	}
	if len(t.apart) > 0 || root != "/" || slices.Contains(apart, "pid") {
		t.apart = append(apart, t.apart...)
		t.key = fmt.Sprint(mnt, pidNS, root)
	}
	return nil
}
