package kernel

import (
	"os"
	"strings"
)

// Sysctl returns a setting below /proc/sys by the name that sysctl(8) gives it,
// such as "user.max_user_namespaces". One that this kernel does not have is an
// error that matches os.ErrNotExist.
func Sysctl(name string) (string, error) { return line(sysctlPath(name)) }

func sysctlPath(name string) string { return "/proc/sys/" + strings.ReplaceAll(name, ".", "/") }

// line returns a small file's content without the newline at its end.
func line(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}
