package container

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/mount"
)

// nodes are the devices of every container, by their numbers in the kernel's
// admin-guide/devices.txt. None has hardware behind it.
var nodes = []struct {
	name         string
	major, minor uint32
}{
	{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
}

// devices fills /dev, which is an empty tmpfs of ours by now: no link of the
// image's is in the way.
func (b *builder) devices() error {
	err := mount.Inside(b.t, b.Root.Target, "/dev", false, func(dev string) error {
		for _, n := range nodes {
			if err := b.node(filepath.Join(dev, n.name), "/dev/"+n.name, n.major, n.minor); err != nil {
				return err
			}
		}
		for _, link := range [][2]string{
			{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
			{"/proc/self/fd/2", "stderr"}, {"/proc/kcore", "core"}, {"pts/ptmx", "ptmx"},
		} {
			if err := b.t.Symlink(link[0], filepath.Join(dev, link[1])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.ownDevices()
}

// node makes a device node. In a user namespace mknod(2) of one is refused;
// the machine's own is mounted over an empty file there.
func (b *builder) node(path, outside string, major, minor uint32) error {
	if !b.Config.Rootless {
		return b.t.Mknod(path, unix.S_IFCHR|0o666, major, minor)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|unix.O_NOFOLLOW, 0o666)
	if err != nil {
		return fmt.Errorf("make %s: %w", outside, err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	return mount.Bind(b.t, outside, path, false)
}

// ownDevices adds those that --device names, and with --privileged all of the
// machine's.
func (b *builder) ownDevices() error {
	for _, d := range b.Config.Devices {
		if err := b.ownDevice(d.Source, d.Target); err != nil {
			return err
		}
	}
	if !b.Config.Security.Privileged || b.Config.Rootless {
		return nil
	}
	return filepath.WalkDir("/dev", func(path string, e os.DirEntry, err error) error {
		switch {
		case errors.Is(err, os.ErrNotExist):
			return nil
		case err != nil:
			return err
		case e.IsDir() && (path == "/dev/pts" || path == "/dev/shm" || path == "/dev/mqueue" || path == "/dev/fd"):
			return filepath.SkipDir
		case e.Type()&os.ModeDevice == 0 || path == "/dev/console" || path == "/dev/ptmx":
			return nil
		}
		err = b.ownDevice(path, path)
		if errors.Is(err, unix.EEXIST) { // one of every container's
			return nil
		}
		return err
	})
}

// ownDevice makes a node like the machine's own at source.
func (b *builder) ownDevice(source, target string) error {
	if b.Config.Rootless {
		return b.attachOne(mount.Spec{Type: mount.TypeBind, Source: source, Target: target})
	}
	var st unix.Stat_t
	if err := unix.Stat(source, &st); err != nil {
		return fmt.Errorf("stat device %s: %w", source, err)
	}
	d := kernel.DeviceOf(st.Rdev)
	return mount.Inside(b.t, b.Root.Target, filepath.Dir(target), false, func(dir string) error {
		path := filepath.Join(dir, filepath.Base(target))
		if err := b.t.Mknod(path, st.Mode&(unix.S_IFMT|0o777), uint32(d.Major), uint32(d.Minor)); err != nil {
			return err
		}
		return unix.Lchown(path, int(st.Uid), int(st.Gid))
	})
}

// DeviceNodes lists the device nodes at a path of --device: one, or all in a
// directory.
func DeviceNodes(d Device) ([]Device, error) {
	var found []Device
	err := filepath.WalkDir(d.Source, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode()&os.ModeDevice == 0 {
			return err
		}
		found = append(found, Device{path, d.Target + strings.TrimPrefix(path, d.Source), d.Access})
		return nil
	})
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("error gathering device information while adding custom device %q: no such file or directory", d.Source)
	case err == nil && len(found) == 0:
		return nil, fmt.Errorf("error gathering device information while adding custom device %q: not a device node", d.Source)
	}
	return found, err
}
