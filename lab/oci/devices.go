package oci

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/lab/mount"
)

// everyone's are the devices that the specification gives each container, and
// links the names in /dev that lead elsewhere (config-linux.md).
var (
	everyones = []specs.LinuxDevice{
		{Path: "/dev/null", Type: "c", Major: 1, Minor: 3}, {Path: "/dev/zero", Type: "c", Major: 1, Minor: 5},
		{Path: "/dev/full", Type: "c", Major: 1, Minor: 7}, {Path: "/dev/random", Type: "c", Major: 1, Minor: 8},
		{Path: "/dev/urandom", Type: "c", Major: 1, Minor: 9}, {Path: "/dev/tty", Type: "c", Major: 5, Minor: 0},
	}
	links = [][2]string{
		{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
		{"/proc/self/fd/2", "stderr"}, {"pts/ptmx", "ptmx"},
	}
)

// devices makes the nodes and links in /dev, unless the whole of the machine's
// is mounted there.
func (i *first) devices() error {
	unix.Umask(0)
	defer unix.Umask(0o022)
	for _, m := range i.Spec.Mounts {
		if filepath.Clean(m.Destination) == "/dev" && (m.Type == "bind" || m.Source == "/dev") {
			return nil
		}
	}
	for _, d := range append(everyones[:len(everyones):len(everyones)], i.Spec.Linux.Devices...) {
		if err := i.device(d); err != nil {
			return fmt.Errorf("make device %s: %w", d.Path, err)
		}
	}
	for _, link := range links {
		err := i.inside("/dev", false, func(dev string) error { return i.t.Symlink(link[0], filepath.Join(dev, link[1])) })
		if err != nil && !errors.Is(err, unix.EEXIST) {
			return err
		}
	}
	return nil
}

// kinds are the types of files that mknod(2) makes.
var kinds = map[string]uint32{"c": unix.S_IFCHR, "u": unix.S_IFCHR, "b": unix.S_IFBLK, "p": unix.S_IFIFO}

// device makes one node. In a user namespace mknod(2) of it is refused: the
// machine's own is mounted over an empty file there.
func (i *first) device(d specs.LinuxDevice) error {
	kind, known := kinds[d.Type]
	if !known {
		return fmt.Errorf("unknown type %q", d.Type)
	}
	mode := os.FileMode(0o666)
	if d.FileMode != nil {
		mode = *d.FileMode
	}
	err := i.inside(filepath.Dir(d.Path), false, func(dir string) error {
		path := filepath.Join(dir, filepath.Base(d.Path))
		if err := i.t.Mknod(path, kind|uint32(mode.Perm()), uint32(d.Major), uint32(d.Minor)); err != nil {
			return err
		}
		return unix.Lchown(path, id(d.UID), id(d.GID))
	})
	switch {
	case errors.Is(err, unix.EEXIST):
		return i.same(d, kind)
	case errors.Is(err, unix.EPERM):
		return i.inside(d.Path, true, func(target string) error { return mount.Bind(i.t, d.Path, target, false) })
	}
	return err
}

// same accepts a file that is there already where it is that device.
func (i *first) same(d specs.LinuxDevice, kind uint32) error {
	return i.inside(filepath.Dir(d.Path), false, func(dir string) error {
		var st unix.Stat_t
		if err := unix.Lstat(filepath.Join(dir, filepath.Base(d.Path)), &st); err != nil {
			return err
		}
		if st.Mode&unix.S_IFMT != kind || kind != unix.S_IFIFO && st.Rdev != unix.Mkdev(uint32(d.Major), uint32(d.Minor)) {
			return errors.New("another file is there")
		}
		return nil
	})
}

func id(n *uint32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}
