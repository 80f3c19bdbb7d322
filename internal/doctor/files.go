package doctor

import (
	"os"
	"strings"
)

// line returns a small file's content without the newline at its end, or ""
// where it can't be read: in /proc and /sys a file is absent where the kernel
// lacks what it would describe.
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
