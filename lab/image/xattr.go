package image

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// The attributes that are more than text, see xattr(7), acl(5) and
// capabilities(7).
const (
	xattrCapability = "security.capability"
	xattrACL        = "system.posix_acl_access"
	xattrDefaultACL = "system.posix_acl_default"
)

// isPortable tells whether an extended attribute belongs to the file, and not
// to the machine that it is on: labels such as security.selinux are words of
// that machine's policy, and the marks of overlayfs describe its layers.
func isPortable(name string) bool {
	if isOverlayMark(name) {
		return false
	}
	switch name {
	case xattrCapability, xattrACL, xattrDefaultACL:
		return true
	}
	return strings.HasPrefix(name, "user.") || strings.HasPrefix(name, "trusted.")
}

// isOverlayMark knows the attributes that overlayfs itself reads, under either
// of the prefixes that it may be told to use.
func isOverlayMark(name string) bool {
	return strings.HasPrefix(name, "trusted.overlay.") || strings.HasPrefix(name, "user.overlay.")
}

// attributes are one file's extended attributes. Both calls fill a buffer and
// return how much of it.
type attributes interface {
	list(buf []byte) (int, error)
	get(name string, buf []byte) (int, error)
}

// byFD are the attributes of a file that is open for reading.
type byFD int

func (fd byFD) list(buf []byte) (int, error)             { return unix.Flistxattr(int(fd), buf) }
func (fd byFD) get(name string, buf []byte) (int, error) { return unix.Fgetxattr(int(fd), name, buf) }

// byPath are those of a file that is not, by its link in /proc: following it
// ends at the file, even where that is a symbolic link itself.
type byPath string

func (p byPath) list(buf []byte) (int, error)             { return unix.Listxattr(string(p), buf) }
func (p byPath) get(name string, buf []byte) (int, error) { return unix.Getxattr(string(p), name, buf) }

// xattrs returns the records of the extended attributes of the file called
// name, in the order of their names.
func (e *exporter) xattrs(name string, from attributes) ([]record, error) {
	list, err := e.xattr(from.list)
	if err != nil || len(list) == 0 {
		return nil, e.lackXattr(name, "listxattr", err)
	}
	var records []record
	keys := strings.Split(strings.TrimRight(string(list), "\x00"), "\x00")
	slices.Sort(keys)
	for _, key := range keys {
		if !isPortable(key) {
			continue
		}
		value, err := e.xattr(func(buf []byte) (int, error) { return from.get(key, buf) })
		if errors.Is(err, unix.ENODATA) {
			continue // removed since it was listed
		}
		if err != nil {
			if err := e.lackXattr(name, "getxattr "+key, err); err != nil {
				return nil, err
			}
			continue
		}
		records = append(records, e.xattrRecords(key, string(value))...)
	}
	return records, nil
}

// xattr calls get with a buffer that any attribute, or list of them, fits in:
// the kernel's limit for both is 64 KiB. A file system without attributes has
// none.
func (e *exporter) xattr(get func([]byte) (int, error)) ([]byte, error) {
	n, err := get(e.buf[:64<<10])
	if errors.Is(err, unix.ENOTSUP) {
		return nil, nil
	}
	return e.buf[:max(n, 0)], err
}

// lackXattr tells of attributes that the kernel refuses to show.
func (e *exporter) lackXattr(name, call string, err error) error {
	if err == nil {
		return nil
	}
	return e.lack(name, fmt.Errorf("%s: %w", call, err))
}

// xattrRecords returns the records for one attribute, with the user numbers
// in its value as the archive's reader sees them. An access control list is
// written twice: as the attribute, and as the text that GNU tar and bsdtar read.
func (e *exporter) xattrRecords(name, value string) []record {
	textKey := ""
	switch name {
	case xattrCapability:
		value = mapCapability(value, e.opts.UID)
	case xattrACL:
		textKey = recordACL
	case xattrDefaultACL:
		textKey = recordDefaultACL
	}
	if textKey == "" {
		return []record{{xattrKey(name), value}}
	}
	list, err := parseACL(value)
	if err != nil { // of a version to come: as it is
		return []record{{xattrKey(name), value}}
	}
	list = list.mapped(e.opts.UID, e.opts.GID)
	return []record{{textKey, list.text()}, {xattrKey(name), list.encode()}}
}
