package doctor

import (
	"os"
	"strings"

	"byhand/internal/kernel"
)

// sysctl returns a setting of the kernel, or "" where it can't be read: a
// kernel has none for what it lacks.
func sysctl(name string) string {
	value, err := kernel.Sysctl(name)
	if err != nil {
		return ""
	}
	return value
}

// line returns a small file's content without the newline at its end, or ""
// where it can't be read.
func line(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// exists reports whether path names something.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
