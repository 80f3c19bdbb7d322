package kernel

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// Mount is one line of mountinfo (proc_pid_mountinfo(5)).
type Mount struct {
	// ID tells mounts apart for as long as they last.
	ID string
	// Root is the directory of the file system that is mounted.
	Root string
	// Target is where, as the process sees it.
	Target string
	// Options are the mount's own, such as "rw,nosuid".
	Options string
	// FSType is the file system, such as "tmpfs".
	FSType string
	// Source is what was named as the source.
	Source string
}

// Mounts reads /proc/PID/mountinfo; pid 0 is this process.
func Mounts(pid int) ([]Mount, error) {
	path := fmt.Sprintf("/proc/%s/mountinfo", self(pid))
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	mounts, err := ParseMounts(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return mounts, nil
}

// ParseMounts reads mountinfo's lines.
func ParseMounts(r io.Reader) ([]Mount, error) {
	var mounts []Mount
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		before, after, found := strings.Cut(lines.Text(), " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if !found || len(left) < 6 || len(right) < 1 {
			return nil, fmt.Errorf("line %d: %q is no mount", len(mounts)+1, lines.Text())
		}
		m := Mount{ID: left[0], Root: unescape(left[3]), Target: unescape(left[4]), Options: left[5], FSType: right[0]}
		if len(right) > 1 {
			m.Source = unescape(right[1])
		}
		mounts = append(mounts, m)
	}
	return mounts, lines.Err()
}

// unescape undoes the kernel's octal escapes of space, tab, newline and backslash.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
