package container

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/mount"
)

// fileSystem is one that the kernel makes up, and where a container has it.
type fileSystem struct {
	source, target, kind string
	flags                uintptr
	data                 string
}

// kernelFileSystems are those of every container, in order, with Docker's
// flags and options (moby/moby daemon/pkg/oci/defaults.go). Nothing on them is
// to be a device, to be executed or to change who one is, except that /dev is
// there for devices.
func (b *builder) kernelFileSystems() []fileSystem {
	const plain = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	pts := "newinstance,ptmxmode=0666,mode=0620,gid=5"
	if b.Config.Rootless {
		// A group that is not mapped into the user namespace can own nothing.
		pts = "newinstance,ptmxmode=0666,mode=0620"
	}
	readOnly := uintptr(unix.MS_RDONLY)
	if b.Config.Security.Privileged {
		readOnly = 0
	}
	return []fileSystem{
		{"proc", "/proc", "proc", plain, ""},
		{"tmpfs", "/dev", "tmpfs", unix.MS_NOSUID | unix.MS_STRICTATIME, "mode=755,size=65536k"},
		{"devpts", "/dev/pts", "devpts", unix.MS_NOSUID | unix.MS_NOEXEC, pts},
		{"sysfs", "/sys", "sysfs", plain | readOnly, ""},
		{"mqueue", "/dev/mqueue", "mqueue", plain, ""},
		{"shm", "/dev/shm", "tmpfs", plain, fmt.Sprintf("mode=1777,size=%d", b.Config.ShmSize)},
	}
}

// kernelFS mounts them. Before pivot_root(2), while the machine's own proc and
// sysfs are in sight: in a user namespace the kernel gives out others only to
// who sees one whole already (mount_namespaces(7)).
func (b *builder) kernelFS() error {
	unix.Umask(0)
	for _, fs := range b.kernelFileSystems() {
		if fs.kind == "sysfs" && b.Config.Rootless && b.Config.Network == Host {
			// sysfs shows a network namespace, which must be one's own.
			if err := b.attachOne(mount.Spec{Type: mount.TypeBind, Source: "/sys", Target: "/sys", ReadOnly: true}); err != nil {
				return err
			}
			continue
		}
		if err := b.mountOne(fs); err != nil {
			return err
		}
	}
	return b.cgroupFS()
}

func (b *builder) mountOne(fs fileSystem) error {
	return mount.Inside(b.t, b.Root.Target, fs.target, false, func(target string) error {
		return b.t.Mount(fs.source, target, fs.kind, fs.flags, fs.data)
	})
}

// cgroupFS shows the container its own cgroups, for reading: the v2 tree, or
// each v1 hierarchy in a directory of its name.
func (b *builder) cgroupFS() error {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	readOnly := uintptr(unix.MS_RDONLY)
	if b.Config.Security.Privileged {
		readOnly = 0
	}
	all, err := kernel.Hierarchies(0)
	if err != nil {
		return err
	}
	v1 := kernel.V1(all)
	if len(v1) == 0 {
		err := b.mountOne(fileSystem{"cgroup", "/sys/fs/cgroup", "cgroup2", flags | readOnly, ""})
		return b.lenient(err)
	}
	// A directory can't be made in sysfs, so there is a tmpfs to make them in.
	if err := b.lenient(b.mountOne(fileSystem{"tmpfs", "/sys/fs/cgroup", "tmpfs", flags, "mode=755"})); err != nil {
		return err
	}
	for _, h := range v1 {
		names := strings.Join(h.Controllers, ",")
		fs := fileSystem{"cgroup", path.Join("/sys/fs/cgroup", names), "cgroup", flags | readOnly, names}
		if err := b.lenient(b.mountOne(fs)); err != nil {
			return err
		}
	}
	return nil
}

// lenient forgives a rootless container that the kernel does not let it see
// its cgroups: it may be told so, as by EPERM and EBUSY.
func (b *builder) lenient(err error) error {
	if b.Config.Rootless && (errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.EBUSY)) {
		return nil
	}
	return err
}

// tmpfs gives the container memory at a path, with Docker's flags.
func (b *builder) tmpfs(s mount.Spec) error {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	var options []string
	if s.Tmpfs.Size != 0 {
		options = append(options, fmt.Sprintf("size=%d", s.Tmpfs.Size))
	}
	if s.Tmpfs.Mode != 0 {
		options = append(options, fmt.Sprintf("mode=%o", s.Tmpfs.Mode))
	}
	fs := fileSystem{"tmpfs", s.Target, "tmpfs", flags, strings.Join(options, ",")}
	if s.ReadOnly {
		fs.flags |= unix.MS_RDONLY
	}
	return b.mountOne(fs)
}
