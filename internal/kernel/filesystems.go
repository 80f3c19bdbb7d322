package kernel

import (
	"fmt"
	"strings"
)

// FileSystems returns the types of file system in /proc/filesystems
// (proc_filesystems(5)), such as "ext4": those that the kernel has loaded; it
// may have others as modules.
func FileSystems() ([]string, error) { return read("/proc/filesystems", ParseFileSystems) }

// ParseFileSystems reads the text of /proc/filesystems.
func ParseFileSystems(text string) ([]string, error) {
	return lines(text, func(line string) (string, error) {
		// Before the tab stands "nodev", or nothing for what needs a block device.
		device, name, found := strings.Cut(line, "\t")
		if !found || name == "" || device != "" && device != "nodev" {
			return "", fmt.Errorf("%q is no file system", line)
		}
		return name, nil
	})
}
