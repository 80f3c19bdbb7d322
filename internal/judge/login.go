package judge

import (
	"fmt"
	"os"
	"strings"

	"byhand/internal/kernel"
)

// kthreadd is the process that starts the kernel's threads.
const kthreadd = 2

// Candidates returns what a person may have made in other terminals: processes
// that differ from us and come from a login as ours does.
func Candidates() ([]Candidate, error) {
	all, err := kernel.Processes()
	if err != nil {
		return nil, err
	}
	login := loginOf(os.Getpid())
	var theirs []kernel.Stat
	for _, p := range all {
		// Number 2 starts the kernel's own threads, of which one has a root of its own.
		if p.PID == kthreadd || p.Parent == kthreadd {
			continue
		}
		// A service's children have its namespaces too, and are nobody's work.
		if loginOf(p.PID) == login && !ofService(p.PID) {
			theirs = append(theirs, p)
		}
	}
	return Among(theirs), nil
}

// loginOf is who logged in for a process to be there (proc_pid_loginuid(5)),
// which neither sudo nor a new namespace changes; empty where it can't be known.
func loginOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/loginuid", pid))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// ofService reports whether a process is in a unit of the system's own, or of
// an engine's, and we are not.
func ofService(pid int) bool {
	return service(pid) && !service(os.Getpid())
}

func service(pid int) bool {
	members, err := kernel.Memberships(pid)
	if err != nil {
		return false
	}
	for _, m := range members {
		for _, of := range []string{"/system.slice/", "/docker", "/libpod", "/machine.slice/", "/kubepods"} {
			if strings.HasPrefix(m.Path, of) {
				return true
			}
		}
	}
	return false
}
