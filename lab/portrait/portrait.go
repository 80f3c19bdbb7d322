// Package portrait describes a container by what the kernel says of its
// processes, and the machine that it runs on. Nothing is remembered: each line
// is a file of /proc, or a system call, read now.
package portrait

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// Top lists the processes of the pid namespace that a process is in, as docker
// top does: the number outside, the number inside, the name.
func Top(pid int) (string, error) {
	theirs, err := kernel.Namespace(pid, "pid")
	if err != nil {
		return "", err
	}
	pids, err := kernel.PIDs()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, p := range pids {
		// Who has ended meanwhile is in no namespace any more.
		if own, err := kernel.Namespace(p, "pid"); err != nil || own != theirs {
			continue
		}
		s, err := kernel.ReadStatus(p)
		if err != nil || len(s.NSpid) == 0 {
			continue
		}
		fmt.Fprintf(&text, "%d %d %s\n", p, s.NSpid[len(s.NSpid)-1], s.Name)
	}
	return text.String(), nil
}

// Of describes a container by its first process, as docker inspect does.
func Of(pid int) (string, error) {
	root, err := kernel.RootLink(pid)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("Pid %d\nRoot %s\n", pid, root)
	for _, field := range []string{"CapEff", "NoNewPrivs", "Seccomp", "Threads"} {
		value, err := kernel.StatusField(pid, field)
		if err != nil {
			return "", err
		}
		text += field + " " + value + "\n"
	}
	idmap, err := kernel.UIDMap(pid)
	if err != nil {
		return "", err
	}
	text += "UidMap " + idmap + "\n"
	for _, kind := range []string{"ipc", "mnt", "net", "pid", "user", "uts"} {
		namespace, err := kernel.Namespace(pid, kind)
		if err != nil {
			return "", err
		}
		text += namespace + "\n"
	}
	return text, nil
}

// Machine describes the machine, as docker info does.
func Machine() (string, error) {
	var names unix.Utsname
	if err := unix.Uname(&names); err != nil {
		return "", fmt.Errorf("uname: %w", err)
	}
	memory, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "", err
	}
	total, _, _ := strings.Cut(string(memory), "\n")
	var fs unix.Statfs_t
	if err := unix.Statfs("/sys/fs/cgroup", &fs); err != nil {
		return "", fmt.Errorf("statfs /sys/fs/cgroup: %w", err)
	}
	version := 1
	if fs.Type == unix.CGROUP2_SUPER_MAGIC {
		version = 2
	}
	return fmt.Sprintf("Kernel %s\nArchitecture %s\nName %s\nMemory %s\nCgroup %d\n",
		unix.ByteSliceToString(names.Release[:]), unix.ByteSliceToString(names.Machine[:]), unix.ByteSliceToString(names.Nodename[:]),
		strings.Join(strings.Fields(total)[1:], " "), version), nil
}
