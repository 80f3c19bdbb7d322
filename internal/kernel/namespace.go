package kernel

import (
	"fmt"
	"os"
)

// Namespace returns a namespace's identity, such as "mnt:[4026531841]"; kind
// is a name in /proc/PID/ns, and pid 0 is this process (namespaces(7)).
func Namespace(pid int, kind string) (string, error) {
	return os.Readlink(fmt.Sprintf("/proc/%s/ns/%s", self(pid), kind))
}

func self(pid int) string {
	if pid == 0 {
		return "self"
	}
	return fmt.Sprint(pid)
}
