package control

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/rootdir"
	"byhand/lab/state"
)

// Change is a path that a container changed: "A" added, "C" changed, "D" deleted.
type Change struct{ Kind, Path string }

// String is how Docker's diff writes it.
func (c Change) String() string { return c.Kind + " " + c.Path }

// Diff lists what a container changed of its image's files, by path.
func Diff(b state.Box) ([]Change, error) {
	c, err := b.Config()
	if err != nil {
		return nil, err
	}
	d, err := compare(b.Root(c))
	return d.changes, err
}

// difference is what an upper directory has.
type difference struct {
	changes []Change
	// own are the names in it that the engine needed to mount something on.
	own map[string]bool
}

// ours are the places where every container has something mounted. Where the
// image lacks one it is made, which is no change of the container's.
func ours() []string {
	return []string{"dev", "proc", "sys", "etc/hosts", "etc/hostname", "etc/resolv.conf"}
}

// compare looks at the upper directory. overlayfs notes there that a file is
// gone as a character device with the numbers 0, 0, and that a directory has
// nothing of those below as an attribute.
func compare(o rootdir.Overlay) (difference, error) {
	d := difference{own: map[string]bool{}}
	if o.Copied() {
		return d, fmt.Errorf("its root is a copy, since this kernel stacks no directories for an ordinary user here, and does not tell what was changed: %w", errors.ErrUnsupported)
	}
	for _, name := range ours() {
		if _, below := lower(o.Lower, name); !below {
			d.own[name] = true
		}
	}
	err := filepath.WalkDir(o.Upper, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return ignoreGone(err)
		}
		name, err := filepath.Rel(o.Upper, path)
		if err != nil || name == "." {
			return err
		}
		if d.own[name] {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return d.add(o, path, name)
	})
	if errors.Is(err, fs.ErrNotExist) { // it was never started
		err = nil
	}
	slices.SortFunc(d.changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return d, err
}

// add notes one file of the upper directory.
func (d *difference) add(o rootdir.Overlay, path, name string) error {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return ignoreGone(fmt.Errorf("lstat %s: %w", path, err))
	}
	under, below := lower(o.Lower, name)
	switch {
	case isWhiteout(st):
		if below {
			d.changes = append(d.changes, Change{"D", "/" + name})
		}
		return nil
	case st.Mode&unix.S_IFMT == unix.S_IFDIR && d.onlyOurs(path, name) && (!below || sameDirectory(st, under)):
		d.own[name] = true
		return nil
	case !below:
		d.changes = append(d.changes, Change{"A", "/" + name})
		return nil
	}
	d.changes = append(d.changes, Change{"C", "/" + name})
	if !isOpaque(path) {
		return nil
	}
	for _, gone := range lowerNames(o.Lower, name) {
		if _, err := os.Lstat(filepath.Join(path, gone)); errors.Is(err, fs.ErrNotExist) {
			d.changes = append(d.changes, Change{"D", "/" + filepath.Join(name, gone)})
		}
	}
	return nil
}

// onlyOurs reports whether a directory is in the upper one for nothing but
// what the engine has made in it.
func (d *difference) onlyOurs(path, name string) bool {
	entries, err := os.ReadDir(path)
	return err == nil && len(entries) > 0 && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return !d.own[filepath.Join(name, e.Name())]
	})
}

func sameDirectory(st unix.Stat_t, under string) bool {
	var other unix.Stat_t
	return unix.Lstat(under, &other) == nil && st.Mode == other.Mode && st.Uid == other.Uid && st.Gid == other.Gid
}

// lower finds the file that a pile of directories, the top one first, shows
// under a name, and false where it shows none.
func lower(dirs []string, name string) (path string, found bool) {
	parts := strings.Split(name, "/")
	for _, dir := range dirs {
		path = dir
		last := false // whatever the directories below have is not seen
		for i, part := range parts {
			path = filepath.Join(path, part)
			var st unix.Stat_t
			if err := unix.Lstat(path, &st); err != nil {
				break // the next directory may have it
			}
			switch {
			case isWhiteout(st):
				return "", false
			case i == len(parts)-1:
				return path, true
			case st.Mode&unix.S_IFMT != unix.S_IFDIR:
				return "", false
			}
			last = last || isOpaque(path)
		}
		if last {
			return "", false
		}
	}
	return "", false
}

// lowerNames are the names that a pile shows in a directory.
func lowerNames(dirs []string, name string) []string {
	all := map[string]bool{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		for _, e := range entries {
			if _, seen := lower(dirs, filepath.Join(name, e.Name())); seen {
				all[e.Name()] = true
			}
		}
	}
	var names []string
	for n := range all {
		names = append(names, n)
	}
	return names
}

func isWhiteout(st unix.Stat_t) bool {
	return st.Mode&unix.S_IFMT == unix.S_IFCHR && kernel.DeviceOf(st.Rdev) == (kernel.Device{})
}

// isOpaque reports whether overlayfs hides what the directories below have.
func isOpaque(dir string) bool {
	var value [1]byte
	for _, prefix := range []string{"trusted", "user"} {
		if n, err := unix.Lgetxattr(dir, prefix+".overlay.opaque", value[:]); err == nil && n == 1 && value[0] == 'y' {
			return true
		}
	}
	return false
}
