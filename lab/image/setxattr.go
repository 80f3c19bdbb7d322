package image

import (
	"archive/tar"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// xattrPrefix begins the names under which tar programs keep extended
// attributes in PAX records.
const xattrPrefix = "SCHILY.xattr."

// setXattrs sets the extended attributes that the process may set; see
// xattr(7) for who may set which.
func (u *unpacker) setXattrs(at spot, hdr *tar.Header, xattrs map[string]string) error {
	for name, value := range xattrs {
		if isOverlayMark(name) {
			// From a stranger's archive these could redirect a directory of a
			// layer to any other.
			u.skipped(hdr.Name, "extended attribute "+name+" belongs to overlayfs")
			continue
		}
		err := unix.Lsetxattr(at.procPath(), name, []byte(value), 0)
		if isAny(err, refusals...) {
			u.skipped(hdr.Name, fmt.Sprintf("extended attribute %s: %v", name, err))
			continue
		}
		if err != nil {
			return fmt.Errorf("lsetxattr %s: %w", name, err)
		}
	}
	return nil
}

// refusals are the errors by which a file system says that it can't take an
// attribute: not from this process, not of this kind, not with this value (a
// user that has no number in this user namespace), not of this size.
var refusals = []error{unix.EPERM, unix.ENOTSUP, unix.EINVAL, unix.E2BIG, unix.ERANGE, unix.ENOSPC}

// xattrs collects an entry's extended attributes from its PAX records. An
// access control list may be there as an attribute, or as text only.
func (u *unpacker) xattrs(hdr *tar.Header) map[string]string {
	out := map[string]string{}
	for key, value := range hdr.PAXRecords {
		if name, ok := strings.CutPrefix(key, xattrPrefix); ok {
			out[xattrName(name)] = value
		}
	}
	for key, name := range map[string]string{recordACL: xattrACL, recordDefaultACL: xattrDefaultACL} {
		text := hdr.PAXRecords[key]
		if _, ok := out[name]; ok || text == "" {
			continue
		}
		list, err := parseACLText(text)
		if err != nil {
			u.skipped(hdr.Name, err.Error())
			continue
		}
		out[name] = list.encode()
	}
	return out
}
