package kernel

import (
	"os"
	"strings"
)

// UIDMap returns /proc/PID/uid_map with single spaces, such as "0 1000 1"
// (user_namespaces(7)): of each range the first uid inside, the first outside
// as the reader sees it, and the length.
func UIDMap(pid int) (string, error) { return idMap(of(pid, "uid_map")) }

// GIDMap returns /proc/PID/gid_map in the form of UIDMap.
func GIDMap(pid int) (string, error) { return idMap(of(pid, "gid_map")) }

func idMap(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.Join(strings.Fields(string(text)), " "), err
}
