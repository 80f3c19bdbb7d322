package container

import (
	"time"

	"byhand/lab/cgroup"
	"byhand/lab/mount"
)

// Config is what a container is to be. It is kept in the container's directory
// as JSON and does not change, but for limits, while the container exists.
type Config struct {
	// ID is 64 hexadecimal digits.
	ID string
	// Created is when the container was made.
	Created time.Time
	// Image is what it was made from, as it was asked for.
	Image string
	// ImageID identifies the image for good; empty where there is none.
	ImageID string `json:",omitempty"`
	// Lower are the directories of its files, the top layer first.
	Lower []string
	// Entrypoint and Cmd are the program and its arguments, in one list.
	Entrypoint, Cmd []string
	// Env is the program's environment, as "NAME=value".
	Env []string
	// WorkingDir is where it starts; "/" where empty.
	WorkingDir string
	// User is who it runs as: name or uid, and possibly a colon and a group.
	User string
	// Hostname is its machine's name; with the machine's own UTS namespace, empty.
	Hostname string
	// TTY gives it a terminal, OpenStdin an input that stays open; with
	// StdinOnce that ends with the first client's.
	TTY, OpenStdin, StdinOnce bool
	// Init puts a small first process before it, which reaps orphans.
	Init bool
	// AutoRemove removes the container when it has ended.
	AutoRemove bool
	// StopSignal is what stop sends; SIGTERM where empty.
	StopSignal string `json:",omitempty"`
	// StopTimeout is how many seconds stop waits before it kills; nil is 10.
	StopTimeout *int `json:",omitempty"`
	// Labels are the user's remarks.
	Labels map[string]string
	// Restart says what happens when it ends.
	Restart Restart
	// Rootless says that it is in an ordinary user's user namespace, as its monitor
	// is: the user is root in there, and no more than that outside.
	Rootless bool
	// Security is what it may do.
	Security Security
	// Network is how it is connected: None, Host, Loopback, or a network's name.
	Network string
	// Ports are the ports to be published, as -p has them, and PublishAll as -P.
	Ports      []string `json:",omitempty"`
	PublishAll bool     `json:",omitempty"`
	// Exposed are those that the image names, such as "80/tcp".
	Exposed []string `json:",omitempty"`
	// Hosts are further lines for /etc/hosts, as --add-host has them.
	Hosts []string `json:",omitempty"`
	// DNS are name servers for /etc/resolv.conf in place of the machine's.
	DNS []string `json:",omitempty"`
	// ReadOnly makes its root refuse writes.
	ReadOnly bool
	// Mounts are what it gets besides its root.
	Mounts []mount.Spec
	// Devices are nodes of the machine's that it gets.
	Devices []Device `json:",omitempty"`
	// ShmSize is how much /dev/shm may hold, in bytes.
	ShmSize int64
	// Ulimits are limits of each of its processes.
	Ulimits []Ulimit `json:",omitempty"`
	// Limits are those of all its processes together.
	Limits Limits
}

// The networks that need no device of the machine's.
const (
	// None is a loopback device and nothing else.
	None = "none"
	// Host is the machine's own network.
	Host = "host"
	// Loopback is None, and published ports lead to it: an ordinary user's.
	Loopback = "loopback"
)

// Bridged reports whether the container is on a network with others.
func (c Config) Bridged() bool {
	return c.Network != None && c.Network != Host && c.Network != Loopback
}

// Argv is the program with all its arguments.
func (c Config) Argv() []string { return append(append([]string{}, c.Entrypoint...), c.Cmd...) }

// Restart says whether a container that ended is started again.
type Restart struct {
	// Policy is "no", "always", "unless-stopped" or "on-failure".
	Policy string
	// Most is how often on-failure tries; 0 is without end.
	Most int `json:",omitempty"`
}

// Security is what a container's processes may do.
type Security struct {
	// Privileged leaves out most of the walls.
	Privileged bool
	// CapAdd and CapDrop change the set of capabilities.
	CapAdd, CapDrop []string `json:",omitempty"`
	// NoNewPrivileges keeps programs from gaining any by their file's bits.
	NoNewPrivileges bool
	// Seccomp is a profile's JSON, "unconfined", or empty for the default.
	Seccomp string `json:",omitempty"`
}

// Device is a device node of the machine's.
type Device struct {
	// Source and Target are its paths, outside and inside.
	Source, Target string
	// Access has r, w, m as in cgroup.DeviceRule.
	Access string
}

// Ulimit is a limit of each process (getrlimit(2)).
type Ulimit struct {
	// Name is as in Docker's --ulimit, such as "nofile".
	Name string
	// Soft and Hard are the limits; -1 is none.
	Soft, Hard int64
}

// Limits are those of the container's cgroup. 0 is no limit.
type Limits struct {
	// CPUs is how many processors' time it may use.
	CPUs float64 `json:",omitempty"`
	// CPUShares weighs it against others, 1024 being usual.
	CPUShares int64 `json:",omitempty"`
	// Memory is in bytes; MemorySwap is memory and swap together, -1 without end.
	Memory, MemorySwap int64 `json:",omitempty"`
	// PIDs is how many tasks it may have.
	PIDs int64 `json:",omitempty"`
	// BlkIOWeight weighs it at the disks, from 10 to 1000.
	BlkIOWeight int64 `json:",omitempty"`
	// IO are limits by the path of a disk.
	IO []IO `json:",omitempty"`
	// DeviceRules are uses of devices that are allowed besides the default.
	DeviceRules []cgroup.DeviceRule `json:",omitempty"`
}

// IO limits what a container does with one disk.
type IO struct {
	// Path is the disk's node.
	Path string
	// Limit is how much.
	Limit cgroup.IOLimit
}

// Disk returns the limits of a disk, which it adds where there are none.
func (l *Limits) Disk(path string) *cgroup.IOLimit {
	for i := range l.IO {
		if l.IO[i].Path == path {
			return &l.IO[i].Limit
		}
	}
	l.IO = append(l.IO, IO{Path: path})
	return &l.IO[len(l.IO)-1].Limit
}
