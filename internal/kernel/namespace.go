package kernel

import (
	"errors"
	"os"
)

// Namespace returns a namespace's identity, such as "mnt:[4026531841]"; kind
// is a name in /proc/PID/ns (namespaces(7)).
func Namespace(pid int, kind string) (string, error) {
	return os.Readlink(of(pid, "ns/"+kind))
}

// Namespaces returns the identity of each of a process's namespaces, by its
// kind, such as "mnt". Besides the kinds that the kernel was built with there
// are "pid_for_children", unless the children's namespace has no process yet,
// and "time_for_children". A zombie has left its namespaces: it is gone.
func Namespaces(pid int) (map[string]string, error) {
	all := map[string]string{}
	// The names are not read from the directory, which is closed to ordinary
	// users where a process is a zombie or has a program that can't be dumped.
	// Every kernel has mnt: found last, it says that the process had not ended.
	for _, kind := range []string{
		"cgroup", "ipc", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts", "mnt",
	} {
		id, err := Namespace(pid, kind)
		if errors.Is(err, os.ErrNotExist) && kind != "mnt" {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[kind] = id
	}
	return all, nil
}
