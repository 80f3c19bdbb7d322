package mount

import (
	"fmt"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// Memory is a tmpfs that is to be mounted inside.
type Memory struct {
	// Target is where, as the sandbox sees it.
	Target string
	// Size is the most that it may hold, in bytes, and Mode the permission of
	// its top directory.
	Size int64
	Mode uint32
}

// ServeMemory is a stage: it mounts a file system that lies in memory only.
func ServeMemory(c *process.Child, m Memory) (struct{}, error) {
	// Without a size it may take half of the machine's memory, and without a
	// mode anybody may write there. What holds data is to be neither a program
	// nor a device.
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	options := fmt.Sprintf("size=%d,mode=%o", m.Size, m.Mode)
	return struct{}{}, c.Trace.Mount("tmpfs", m.Target, "tmpfs", flags, options)
}

// Unmount is a stage: it takes down what is mounted at a path inside. Of a
// tmpfs that was the last place, nothing is left.
func Unmount(c *process.Child, target string) (struct{}, error) {
	return struct{}{}, c.Trace.Umount(target, 0)
}
