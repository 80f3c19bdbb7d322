package kernel

import (
	"fmt"
	"os"
	"strings"
)

// StatusField returns a line of /proc/PID/status behind its name, such as
// "NSpid", its fields separated by single spaces (proc_pid_status(5)).
func StatusField(pid int, name string) (string, error) {
	path := fmt.Sprintf("/proc/%s/status", self(pid))
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strings.Join(strings.Fields(value), " "), nil
		}
	}
	return "", fmt.Errorf("read %s: no line %q", path, name)
}

// UIDMap returns /proc/PID/uid_map with single spaces, such as "0 1000 1"
// (user_namespaces(7)).
func UIDMap(pid int) (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%s/uid_map", self(pid)))
	return strings.Join(strings.Fields(string(text)), " "), err
}
