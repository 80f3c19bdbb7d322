package image

import (
	"encoding/binary"
	"errors"
	"slices"
)

// The records in which GNU tar and bsdtar keep access control lists as text.
const (
	recordACL        = "SCHILY.acl.access"
	recordDefaultACL = "SCHILY.acl.default"
)

// aclTags are the tags of a list's entries in their order, see acl(5) and
// the kernel's uapi/linux/posix_acl.h.
var aclTags = []struct {
	tag   uint16
	word  string
	named bool // for a user or group with a number
}{
	{0x01, "user", false},
	{0x02, "user", true},
	{0x04, "group", false},
	{0x08, "group", true},
	{0x10, "mask", false},
	{0x20, "other", false},
}

// Some of the tags by name, and the other constants of the binary form.
const (
	aclUser        = 0x02
	aclOwningGroup = 0x04
	aclGroup       = 0x08
	aclMask        = 0x10
	aclVersion     = 2
	aclNoID        = 1<<32 - 1 // of an entry without a number
)

// aclEntry is one line of an access control list.
type aclEntry struct {
	tag, perm uint16
	id        uint32
}

type acl []aclEntry

// parseACL reads the value of a system.posix_acl_* attribute: a version, then
// eight bytes an entry, little-endian.
func parseACL(value string) (acl, error) {
	b := []byte(value)
	if len(b) < 4 || len(b)%8 != 4 || binary.LittleEndian.Uint32(b) != aclVersion {
		return nil, errors.New("unknown form of access control list")
	}
	var list acl
	for b = b[4:]; len(b) > 0; b = b[8:] {
		list = append(list, aclEntry{
			binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint32(b[4:]),
		})
	}
	return list, nil
}

// encode is the inverse of parseACL. The kernel wants the entries sorted.
func (l acl) encode() string {
	l = slices.SortedFunc(slices.Values(l), func(a, b aclEntry) int {
		if a.tag != b.tag {
			return int(a.tag) - int(b.tag)
		}
		return int(int64(a.id) - int64(b.id))
	})
	b := binary.LittleEndian.AppendUint32(nil, aclVersion)
	for _, e := range l {
		b = binary.LittleEndian.AppendUint16(b, e.tag)
		b = binary.LittleEndian.AppendUint16(b, e.perm)
		b = binary.LittleEndian.AppendUint32(b, e.id)
	}
	return string(b)
}

// mapped returns the list with its users and groups as others number them.
func (l acl) mapped(uid, gid func(uint32) (uint32, bool)) acl {
	l = slices.Clone(l)
	for i, e := range l {
		switch e.tag {
		case aclUser:
			l[i].id, _ = mapID(uid, e.id)
		case aclGroup:
			l[i].id, _ = mapID(gid, e.id)
		}
	}
	return l
}

// groupBits are the bits that chmod(2) gives the group: those of the mask, or
// without one of the owning group.
func (l acl) groupBits() uint32 {
	var bits uint32
	for _, e := range l {
		switch e.tag {
		case aclMask:
			return uint32(e.perm&7) << 3
		case aclOwningGroup:
			bits = uint32(e.perm&7) << 3
		}
	}
	return bits
}
