package image

import (
	"fmt"
	"path"

	"golang.org/x/sys/unix"
)

// entryOf returns the header of f as the kernel describes the file.
func entryOf(f found) header {
	h := header{
		name: f.name, mode: f.stat.Mode & 0o7777,
		uid: f.stat.Uid, gid: f.stat.Gid, mtime: f.stat.Mtim,
	}
	switch f.kind() {
	case unix.S_IFREG:
		h.kind, h.size = kindFile, f.stat.Size
	case unix.S_IFDIR:
		h.kind, h.name = kindDir, f.name+"/"
	case unix.S_IFLNK:
		h.kind = kindSymlink
	case unix.S_IFIFO:
		h.kind = kindFifo
	case unix.S_IFCHR:
		h.kind, h.rdev = kindChar, f.stat.Rdev
	case unix.S_IFBLK:
		h.kind, h.rdev = kindBlock, f.stat.Rdev
	}
	return h
}

// nonDirectory exports a file of any other type.
func (e *exporter) nonDirectory(f found) error {
	if f.kind() == unix.S_IFSOCK {
		e.skipped(&e.sum.Sockets, f.name, "a socket has no place in an archive")
		return nil
	}
	if e.layered && f.kind() == unix.S_IFCHR && f.stat.Rdev == 0 {
		dir, base := path.Split(f.name)
		return e.entry(f, nil, whiteoutEntry(dir+whiteoutPrefix+base))
	}
	h := entryOf(f)
	if first, ok := e.known(f); ok {
		h.kind, h.link, h.size, h.rdev = kindHardLink, first, 0, 0
		return e.entry(f, nil, h) // the attributes stand with the first name
	}
	switch f.kind() {
	case unix.S_IFREG:
		return e.file(f, h)
	case unix.S_IFLNK:
		target, err := readlink(f)
		if err != nil {
			return e.lack(f.name, err)
		}
		h.link = target
	}
	e.remember(f)
	return e.entry(f, byPath(procFD(f.fd)), h)
}

// entry writes the header h of f with its owner as the archive's reader sees
// it, and with the extended attributes from, if any.
func (e *exporter) entry(f found, from attributes, h header) error {
	if from != nil {
		xattrs, err := e.xattrs(f.name, from)
		if err != nil {
			return fmt.Errorf("entry %q: %w", f.name, err)
		}
		h.records = append(h.records, xattrs...)
	}
	var known, knownGroup bool
	h.uid, known = mapID(e.opts.UID, h.uid)
	h.gid, knownGroup = mapID(e.opts.GID, h.gid)
	if !known || !knownGroup {
		e.skipped(&e.sum.Unmapped, f.name, fmt.Sprintf("owner %d:%d has no number in the user namespace", f.stat.Uid, f.stat.Gid))
	}
	e.sum.Entries++
	e.report()
	e.head = h.append(e.head[:0])
	if _, err := e.out.Write(e.head); err != nil {
		return fmt.Errorf("entry %q: write: %w", f.name, err)
	}
	return nil
}

// readlink returns the target of the symbolic link f. The empty name means
// the link that is open; a target is shorter than PATH_MAX.
func readlink(f found) (string, error) {
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(f.fd, "", buf)
	if err != nil {
		return "", fmt.Errorf("readlinkat: %w", err)
	}
	return string(buf[:n]), nil
}
