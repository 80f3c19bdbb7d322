package image

import (
	"archive/tar"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// node makes a fifo or a device node. A device node gives access to the
// machine's hardware, so mknod(2) needs CAP_MKNOD in the first user namespace,
// which root of any other does not have.
func (u *unpacker) node(at spot, hdr *tar.Header) error {
	kind, device := uint32(unix.S_IFIFO), 0
	switch hdr.Typeflag {
	case tar.TypeChar:
		kind = unix.S_IFCHR
	case tar.TypeBlock:
		kind = unix.S_IFBLK
	}
	if kind != unix.S_IFIFO {
		if !u.asRoot {
			u.skipped(hdr.Name, "a device node needs root")
			return nil
		}
		device = int(unix.Mkdev(uint32(hdr.Devmajor), uint32(hdr.Devminor)))
	}
	err := at.create(func() error { return unix.Mknodat(at.dir, at.base, kind|0o600, device) })
	if errors.Is(err, unix.EPERM) && kind != unix.S_IFIFO {
		u.skipped(hdr.Name, "a device node needs CAP_MKNOD in the first user namespace")
		return nil
	}
	if err != nil {
		return fmt.Errorf("mknodat: %w", err)
	}
	mode, err := u.ownerAndXattrs(at, hdr)
	if err != nil {
		return err
	}
	// Opening a fifo waits for its other end, opening a device wakes a driver;
	// O_PATH does neither, but then takes fchmod's place in /proc.
	fd, err := at.open(unix.O_PATH)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Chmod(procFD(fd), mode); err != nil {
		return fmt.Errorf("chmod %#o: %w", mode, err)
	}
	return setTimes(at, hdr)
}
