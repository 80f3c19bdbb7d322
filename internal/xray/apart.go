package xray

import (
	"errors"
	"os"
	"slices"

	"byhand/internal/kernel"
)

// kinds are the namespaces in the order of the course.
var kinds = []string{"mnt", "uts", "ipc", "net", "pid", "user", "cgroup", "time"}

// namespaces compares a process's namespaces with ours and with those of
// process 1: we may be in a sandbox ourselves.
func namespaces(pid int) ([]Namespace, error) {
	var all []Namespace
	for _, kind := range kinds {
		id, err := kernel.Namespace(pid, kind)
		if errors.Is(err, os.ErrNotExist) && kind != "mnt" {
			continue // this kernel has no such kind
		}
		if err != nil {
			return all, err
		}
		ours, err := kernel.Namespace(0, kind)
		n := Namespace{Kind: kind, ID: id, Ours: err == nil && ours == id}
		if first, err := kernel.Namespace(1, kind); err == nil {
			same := first == id
			n.First = &same
		}
		all = append(all, n)
	}
	return all, nil
}

// mounts are those that the process sees.
func mounts(pid int) ([]Mount, error) {
	all, err := kernel.Mounts(pid)
	if err != nil {
		return nil, err
	}
	var shown []Mount
	for _, m := range all {
		_, super := m.Super("ro")
		shown = append(shown, Mount{
			Target: m.Target, Source: m.Source, Type: m.FSType, Root: m.Root,
			ReadOnly: m.Has("ro") || super, Propagation: m.Propagation(), Options: m.Options,
		})
	}
	return shown, nil
}

// companions are the processes that the process could find by number: those of
// its PID namespace and of the namespaces below it.
func companions(pid int) ([]Process, error) {
	status, err := kernel.ReadStatus(pid)
	if err != nil {
		return nil, err
	}
	own, err := kernel.Namespace(pid, "pid")
	if err != nil {
		return nil, err
	}
	pids, err := kernel.PIDs()
	if err != nil {
		return nil, err
	}
	depth := len(status.NSpid) // how many namespaces count the process
	var all []Process
	var hidden error
	in := map[string]bool{own: true}
	for _, other := range pids {
		s, err := kernel.ReadStatus(other)
		if kernel.Gone(err) {
			continue
		}
		if err != nil {
			return all, err
		}
		if len(s.NSpid) < depth {
			continue
		}
		ns, err := kernel.Namespace(other, "pid")
		if kernel.Gone(err) {
			continue
		}
		if err != nil {
			hidden = err
			continue
		}
		// A deeper one is below ours where its parent is: parents come first.
		if len(s.NSpid) > depth && !in[ns] && !slices.ContainsFunc(all, func(p Process) bool { return p.PID == s.Parent }) {
			continue
		}
		if len(s.NSpid) == depth && ns != own {
			continue
		}
		in[ns] = true
		all = append(all, Process{PID: other, Inside: s.NSpid[depth-1], Name: s.Name})
	}
	return all, hidden
}
