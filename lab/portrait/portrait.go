// Package portrait describes a container by what the kernel says of its
// processes, and the machine that it runs on. Nothing is remembered: each line
// is a file of /proc, or a system call, read now.
package portrait

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/sys"
)

// Members are the processes of the pid namespace that a process is in. The
// trace has how its link is read; those of all others are read the same way.
func Members(t *sys.Tracer, pid int) ([]int, error) {
	theirs, err := t.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
	if err != nil {
		return nil, err
	}
	pids, err := kernel.PIDs()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(pids, func(p int) bool {
		// Who has ended meanwhile is in no namespace any more.
		own, err := kernel.Namespace(p, "pid")
		return err != nil || own != theirs
	}), nil
}

// Top lists the Members, as docker top does: the number outside, the number
// inside, the name.
func Top(t *sys.Tracer, pid int) (string, error) {
	pids, err := Members(t, pid)
	if err != nil {
		return "", err
	}
	var list strings.Builder
	for _, p := range pids {
		text, err := t.ReadFile(fmt.Sprintf("/proc/%d/status", p))
		if err != nil {
			continue
		}
		s, err := kernel.ParseStatus(text)
		if err != nil || len(s.NSpid) == 0 {
			continue
		}
		fmt.Fprintf(&list, "%d %d %s\n", p, s.NSpid[len(s.NSpid)-1], s.Name)
	}
	return list.String(), nil
}

// Of describes a container by its first process, as docker inspect does.
func Of(t *sys.Tracer, pid int) (string, error) {
	dir := fmt.Sprintf("/proc/%d/", pid)
	root, err := t.Readlink(dir + "root")
	if err != nil {
		return "", err
	}
	list := fmt.Sprintf("Pid %d\nRoot %s\n", pid, root)
	status, err := t.ReadFile(dir + "status")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"CapEff", "NoNewPrivs", "Seccomp", "Threads"} {
		value, err := kernel.Field(status, name)
		if err != nil {
			return "", err
		}
		list += name + " " + value + "\n"
	}
	idmap, err := t.ReadFile(dir + "uid_map")
	if err != nil {
		return "", err
	}
	list += "UidMap " + strings.Join(strings.Fields(idmap), " ") + "\n"
	for _, kind := range []string{"ipc", "mnt", "net", "pid", "user", "uts"} {
		namespace, err := t.Readlink(dir + "ns/" + kind)
		if err != nil {
			return "", err
		}
		list += namespace + "\n"
	}
	return list, nil
}

// Machine describes the machine, as docker info does.
func Machine(t *sys.Tracer) (string, error) {
	names, err := t.Uname()
	if err != nil {
		return "", err
	}
	meminfo, err := t.ReadFile("/proc/meminfo")
	if err != nil {
		return "", err
	}
	memory, err := kernel.Field(meminfo, "MemTotal")
	if err != nil {
		return "", err
	}
	version := 1
	var fs unix.Statfs_t
	if err := unix.Statfs("/sys/fs/cgroup", &fs); err != nil {
		return "", fmt.Errorf("statfs /sys/fs/cgroup: %w", err)
	}
	if fs.Type == unix.CGROUP2_SUPER_MAGIC {
		version = 2
	}
	return fmt.Sprintf("Kernel %s\nArchitecture %s\nName %s\nMemory %s\nCgroup %d\n",
		unix.ByteSliceToString(names.Release[:]), unix.ByteSliceToString(names.Machine[:]), unix.ByteSliceToString(names.Nodename[:]),
		memory, version), nil
}
