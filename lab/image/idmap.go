package image

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// overflowID stands for a user or group that has no number in a user
// namespace; it is what the kernel shows for one, see user_namespaces(7).
const overflowID = 65534

// mapID gives id through m, and whether it has a number there.
func mapID(m func(uint32) (uint32, bool), id uint32) (uint32, bool) {
	if m == nil {
		return id, true
	}
	if inside, ok := m(id); ok {
		return inside, true
	}
	return overflowID, false
}

// IDRange says that Size users in a row, from Outside on, have the numbers
// from Inside on in a user namespace.
type IDRange struct{ Inside, Outside, Size uint32 }

// IDMap is what a user namespace's uid_map or gid_map says.
type IDMap []IDRange

// ParseIDMap reads the text of /proc/PID/uid_map or gid_map, see
// user_namespaces(7).
func ParseIDMap(text string) (IDMap, error) {
	var m IDMap
	for line := range strings.Lines(text) {
		var r IDRange
		if _, err := fmt.Sscan(line, &r.Inside, &r.Outside, &r.Size); err != nil {
			return nil, fmt.Errorf("id map line %q: %w", line, err)
		}
		m = append(m, r)
	}
	return m, nil
}

// ToInside gives the number inside the namespace of a user whose number
// outside is id, and false for one that has none. As ExportOptions.UID or GID
// it makes an archive that fits into any other namespace.
func (m IDMap) ToInside(id uint32) (uint32, bool) {
	for _, r := range m {
		if id >= r.Outside && id-r.Outside < r.Size {
			return r.Inside + (id - r.Outside), true
		}
	}
	return 0, false
}

// mapCapability returns the value of security.capability for the archive's
// reader. A file that root of a user namespace gave capabilities to carries
// that root's number outside, and they count only in its namespace (version
// 3). For that root the file has them without any condition (version 2).
func mapCapability(value string, uid func(uint32) (uint32, bool)) string {
	const (
		version2, version3 = 0x02000000, 0x03000000
		versionMask        = 0xff000000
		size2, size3       = 20, 24 // struct vfs_cap_data, vfs_ns_cap_data
	)
	b := []byte(value)
	if uid == nil || len(b) != size3 || binary.LittleEndian.Uint32(b)&versionMask != version3 {
		return value
	}
	root, ok := uid(binary.LittleEndian.Uint32(b[size2:]))
	if !ok {
		return value
	}
	if root != 0 {
		binary.LittleEndian.PutUint32(b[size2:], root)
		return string(b)
	}
	flags := binary.LittleEndian.Uint32(b) &^ versionMask
	binary.LittleEndian.PutUint32(b, flags|version2)
	return string(b[:size2])
}
