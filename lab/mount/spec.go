package mount

import "golang.org/x/sys/unix"

// Type is what kind of thing a container is to get at a path of its own.
type Type string

// The types of mount that Docker's --mount knows on Linux, and NamedPipe,
// which it knows on Windows.
const (
	TypeBind      Type = "bind"
	TypeVolume    Type = "volume"
	TypeTmpfs     Type = "tmpfs"
	TypeNamedPipe Type = "npipe"
)

// Spec is one mount that a container is to get, as --mount and -v describe it.
type Spec struct {
	// Type says which of the options below may be set.
	Type Type `json:"type"`
	// Source is a path of the machine's (bind) or a volume's name, empty for
	// one without; a tmpfs has none.
	Source string `json:"source,omitempty"`
	// Target is the absolute path in the container's root.
	Target string `json:"target"`
	// ReadOnly refuses writes that come through the mount.
	ReadOnly bool `json:"readonly,omitempty"`
	// Consistency is how far a virtual machine between the two sides might let
	// them differ; on Linux, where there is none, it means nothing.
	Consistency string `json:"consistency,omitempty"`
	// Label is "z" or "Z": give the source the container's SELinux label, to be
	// shared with other containers or not.
	Label string `json:"label,omitempty"`
	// Bind are the options of a bind mount.
	Bind BindOptions `json:"bind,omitzero"`
	// Volume are those of a volume.
	Volume VolumeOptions `json:"volume,omitzero"`
	// Tmpfs are those of a tmpfs.
	Tmpfs TmpfsOptions `json:"tmpfs,omitzero"`
}

// BindOptions are the options of a bind mount.
type BindOptions struct {
	// Propagation is rprivate where it is empty.
	Propagation Propagation `json:"propagation,omitempty"`
	// NonRecursive leaves out what is mounted below the source.
	NonRecursive bool `json:"nonrecursive,omitempty"`
	// WritableBelow leaves writable what is mounted below a read-only source.
	WritableBelow bool `json:"writablebelow,omitempty"`
	// ReadOnlyBelow insists on the contrary.
	ReadOnlyBelow bool `json:"readonlybelow,omitempty"`
	// CreateSource makes the source a directory where nothing is there.
	CreateSource bool `json:"createsource,omitempty"`
}

// VolumeOptions are the options of a volume.
type VolumeOptions struct {
	// NoCopy leaves a new volume empty; otherwise it gets what it will cover.
	NoCopy bool `json:"nocopy,omitempty"`
	// Subpath is the directory in the volume to mount, relative to its top.
	Subpath string `json:"subpath,omitempty"`
	// Labels are those of a volume that is made for the occasion.
	Labels map[string]string `json:"labels,omitempty"`
	// Driver is who keeps the volume, "local" where it is empty.
	Driver string `json:"driver,omitempty"`
	// DriverOptions are for the driver.
	DriverOptions map[string]string `json:"driveroptions,omitempty"`
}

// IsZero reports whether no option is set.
func (o VolumeOptions) IsZero() bool {
	return !o.NoCopy && o.Subpath == "" && o.Driver == "" && len(o.Labels) == 0 && len(o.DriverOptions) == 0
}

// TmpfsOptions are the options of a tmpfs.
type TmpfsOptions struct {
	// Size is the most it may hold, in bytes; 0 is the kernel's default, half
	// of the machine's memory.
	Size int64 `json:"size,omitempty"`
	// Mode is the permission of its top; 0 is the kernel's default, 1777.
	Mode uint32 `json:"mode,omitempty"`
}

// Propagation says where mounts made below a mount later turn up as well
// (mount_namespaces(7)). With an r in front it is that of every mount below too.
type Propagation string

// The modes of propagation. Docker's options have all but the unbindable ones.
const (
	Private     Propagation = "private"
	RPrivate    Propagation = "rprivate"
	Slave       Propagation = "slave"
	RSlave      Propagation = "rslave"
	Shared      Propagation = "shared"
	RShared     Propagation = "rshared"
	Unbindable  Propagation = "unbindable"
	RUnbindable Propagation = "runbindable"
)

// flags are the arguments to mount(2), or 0 for a mode that does not exist.
func (p Propagation) flags() uintptr {
	switch p {
	case Private:
		return unix.MS_PRIVATE
	case RPrivate:
		return unix.MS_REC | unix.MS_PRIVATE
	case Slave:
		return unix.MS_SLAVE
	case RSlave:
		return unix.MS_REC | unix.MS_SLAVE
	case Shared:
		return unix.MS_SHARED
	case RShared:
		return unix.MS_REC | unix.MS_SHARED
	case Unbindable:
		return unix.MS_UNBINDABLE
	case RUnbindable:
		return unix.MS_REC | unix.MS_UNBINDABLE
	}
	return 0
}
