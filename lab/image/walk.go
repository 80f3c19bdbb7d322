package image

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// root exports the directory top and everything beneath.
func (e *exporter) root(top int) error {
	f := found{fd: top, name: "."}
	if err := unix.Fstat(top, &f.stat); err != nil {
		return fmt.Errorf("fstat: %w", err)
	}
	if f.kind() != unix.S_IFDIR {
		return unix.ENOTDIR
	}
	return e.directory(f)
}

// visit exports the file base of the directory dir.
func (e *exporter) visit(dir int, base, name string) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	if e.opts.Omit != nil && e.opts.Omit(name) {
		return nil
	}
	f, err := find(dir, base, name)
	if err != nil {
		return e.lack(name, err)
	}
	defer unix.Close(f.fd)
	if e.layered {
		if err := errWhiteoutName(name); err != nil {
			return err
		}
	}
	if f.mounted {
		return e.mountPoint(f)
	}
	if f.kind() == unix.S_IFDIR {
		return e.directory(f)
	}
	return e.nonDirectory(f)
}

// directory exports f, then its content in the order of the names' bytes. The
// names of one directory are held in memory; its files are not.
func (e *exporter) directory(f found) error {
	fd, err := unix.Openat(f.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		// Its properties are known even so.
		if err := e.entry(f, byPath(procFD(f.fd)), entryOf(f)); err != nil {
			return err
		}
		return e.lack(f.name, fmt.Errorf("open directory: %w", err))
	}
	defer unix.Close(fd)
	if err := e.directoryEntry(f, fd); err != nil {
		return err
	}
	names, err := list(fd, e.buf)
	if err != nil {
		return e.lack(f.name, err)
	}
	for _, base := range names {
		name := base
		if f.name != "." {
			name = f.name + "/" + base
		}
		if err := e.visit(fd, base, name); err != nil {
			return err
		}
	}
	return nil
}

// directoryEntry exports the directory f itself, open at fd.
func (e *exporter) directoryEntry(f found, fd int) error {
	if e.layered && f.name == "." {
		return nil // the root's own properties are those of the image's first layer
	}
	if err := e.entry(f, byFD(fd), entryOf(f)); err != nil {
		return err
	}
	if e.layered && isOpaque(fd) {
		return e.entry(f, nil, whiteoutEntry(f.name+"/"+opaque))
	}
	return nil
}

// list returns the sorted names in the directory fd, read through buf.
func list(fd int, buf []byte) ([]string, error) {
	var names []string
	for {
		var n int
		err := retry(func() (err error) {
			n, err = unix.Getdents(fd, buf)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("getdents64: %w", err)
		}
		if n == 0 {
			slices.Sort(names)
			return names, nil
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

// mountPoint exports the place where something is mounted: a directory with
// nothing in it, or an empty file where a single file or device is mounted.
// The mode and owner seen there are the mounted file's, for the kernel shows
// no others.
func (e *exporter) mountPoint(f found) error {
	e.sum.MountPoints++
	h := entryOf(f)
	if f.kind() != unix.S_IFDIR {
		h.kind, h.link, h.size, h.rdev = kindFile, "", 0, 0
	}
	return e.entry(f, nil, h)
}
