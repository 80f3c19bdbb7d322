package image

import (
	"archive/tar"
	"errors"
	"fmt"
	"path"

	"golang.org/x/sys/unix"
)

// symlink makes a symbolic link. Its target is only text, kept as it is: it
// means what it says once the root is "/".
func (u *unpacker) symlink(at spot, hdr *tar.Header) error {
	err := at.create(func() error { return unix.Symlinkat(hdr.Linkname, at.dir, at.base) })
	if err != nil {
		return fmt.Errorf("symlinkat %s: %w", hdr.Linkname, err)
	}
	if _, err := u.ownerAndXattrs(at, hdr); err != nil {
		return err
	}
	return setTimes(at, hdr)
}

// hardLink gives a file of an earlier entry a second name. The target is
// looked up as strictly as the entry: else a link to the host's /etc/shadow
// would put that very file into the container. Owner, mode and times belong
// to the file and were set with its first name.
func (u *unpacker) hardLink(at spot, hdr *tar.Header) error {
	name, err := confine(hdr.Linkname)
	if err != nil {
		return err
	}
	dir, err := u.root.directory(path.Dir(name))
	if err != nil {
		return fmt.Errorf("hard link to %s: %w", hdr.Linkname, err)
	}
	defer unix.Close(dir)
	to := newSpot(dir, name)

	// Flags 0: if the target is a symbolic link, the link itself is linked.
	link := func() error { return unix.Linkat(to.dir, to.base, at.dir, at.base, 0) }
	err = link()
	if errors.Is(err, unix.EEXIST) {
		// Removing the entry's old name would destroy the target where both
		// are the same file.
		var same bool
		if same, err = sameFile(to, at); err != nil || same {
			return err
		}
		err = at.create(link)
	}
	if err != nil {
		return fmt.Errorf("linkat %s: %w", hdr.Linkname, err)
	}
	return nil
}

func sameFile(a, b spot) (bool, error) {
	sa, err := a.stat()
	if err != nil {
		return false, err
	}
	sb, err := b.stat()
	return sa.Dev == sb.Dev && sa.Ino == sb.Ino, err
}
