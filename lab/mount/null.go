package mount

import (
	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// Null is a stage: with the sandbox's mounts, but not yet its root, it shows
// the machine's /dev/null at a file of the sandbox.
func Null(c *process.Child, file string) (struct{}, error) {
	// In a user namespace mknod(2) of a device is refused, whatever one may do
	// to one's own files. A device that exists may be mounted over a file.
	return struct{}{}, c.Trace.Mount("/dev/null", file, "", unix.MS_BIND, "")
}
