package mount

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/lab/process"
)

// Binding says what is to be bound, and where. Both are the machine's paths,
// as the sandbox's mount namespace still has them.
type Binding struct {
	// Source is what is there already, Target where it is to be as well.
	Source, Target string
	// Recursive takes along what is mounted below the source.
	Recursive bool
}

// Serve is a stage: with the sandbox's mounts, but not yet its root, it binds.
// From inside the root the source has no name.
func Serve(c *process.Child, b Binding) (struct{}, error) {
	return struct{}{}, Bind(c.Trace, b.Source, b.Target, b.Recursive)
}

// ServeAsking is a stage: it binds, and asks for read-only in the same call.
func ServeAsking(c *process.Child, b Binding) (struct{}, error) {
	// The answer is 0, and the mount can be written to: of the flags beside
	// MS_BIND the kernel looks at MS_REC only (mount(2)).
	const flags = unix.MS_BIND | unix.MS_REC | unix.MS_RDONLY
	return struct{}{}, c.Trace.Mount(b.Source, b.Target, "", flags, "")
}

// ServeReadOnly is a stage: it binds, and makes the one mount read-only.
func ServeReadOnly(c *process.Child, b Binding) (struct{}, error) {
	if _, err := Serve(c, b); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, ReadOnly(c.Trace, b.Target)
}

// ServeReadOnlyAll is a stage: it binds, and makes all of it read-only.
func ServeReadOnlyAll(c *process.Child, b Binding) (struct{}, error) {
	if _, err := Serve(c, b); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, ReadOnlyAll(c.Trace, b.Target)
}

// Covering is a tmpfs to be mounted at a path of the machine's.
type Covering struct {
	// Target is the directory that it covers.
	Target string
	// File is the name of an empty file that is made in it.
	File string
}

// Cover is a stage: with the sandbox's mounts, it covers a directory by memory.
func Cover(c *process.Child, t Covering) (struct{}, error) {
	if err := c.Trace.Mount("tmpfs", t.Target, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, ""); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, os.WriteFile(filepath.Join(t.Target, t.File), nil, 0o644)
}
