package kernel

import "strings"

// MountAt returns the mount that an absolute path without symbolic links leads
// to, the way the kernel walks it: what is covered by another mount is not
// reached. It returns false where no mount of the list holds the path, as in a
// chroot that is no mount point.
func MountAt(mounts []Mount, path string) (Mount, bool) {
	listed := map[string]bool{}
	for _, m := range mounts {
		listed[m.ID] = true
	}
	var at Mount
	found := false
	// From the topmost mount, the walk steps onto the first one mounted on it
	// on the way, and so on. The bound is for a list that no kernel wrote.
	for range mounts {
		next := -1
		for i, m := range mounts {
			on := m.Parent == at.ID && m.ID != at.ID
			if !found {
				on = m.Parent == m.ID || !listed[m.Parent]
			}
			// Of two on one point the later has covered the earlier.
			if on && under(path, m.Target) && (next < 0 || len(m.Target) <= len(mounts[next].Target)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		at, found = mounts[next], true
	}
	return at, found
}

// under reports whether a path is a directory or lies below it.
func under(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}
