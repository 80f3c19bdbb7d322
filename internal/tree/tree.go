// Package tree tells whether two directory trees are equal in everything that
// an archive of a root has to carry.
package tree

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Differences compares the trees at a and b and says what differs, one
// sentence for each property of a name; files counts the names in a.
func Differences(a, b string) (differences []string, files int, err error) {
	left, err := List(a)
	if err != nil {
		return nil, 0, err
	}
	right, err := List(b)
	if err != nil {
		return nil, 0, err
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		other, found := right[name]
		if !found {
			differences = append(differences, name+": missing")
			continue
		}
		differences = append(differences, left[name].against(name, other)...)
	}
	for _, name := range slices.Sorted(maps.Keys(right)) {
		if _, found := left[name]; !found {
			differences = append(differences, name+": not in the other tree")
		}
	}
	return differences, len(left), nil
}

// File is what is compared of one name.
type File struct {
	// Mode holds the type and the permissions, as stat(2) gives them.
	Mode uint32
	// UID and GID are the owners, Rdev the device of a device node.
	UID, GID uint32
	Rdev     uint64
	// Size is in bytes, of anything but a directory.
	Size int64
	// ModTime is the time of modification, in nanoseconds since the epoch.
	ModTime int64
	// Twin is the first name, in order, of the same file: a hard link.
	Twin string
	// Target is a symbolic link's, Hash a regular file's SHA-256.
	Target, Hash string
	// Xattrs are the extended attributes, by name.
	Xattrs map[string]string
}

func (f File) against(name string, other File) (differences []string) {
	note := func(what string, a, b any) {
		differences = append(differences, fmt.Sprintf("%s: %s is %v, and %v in the other tree", name, what, a, b))
	}
	if f.Mode != other.Mode {
		note("mode", fmt.Sprintf("%o", f.Mode), fmt.Sprintf("%o", other.Mode))
	}
	if f.UID != other.UID || f.GID != other.GID {
		note("owner", fmt.Sprint(f.UID, ":", f.GID), fmt.Sprint(other.UID, ":", other.GID))
	}
	if f.Rdev != other.Rdev {
		note("device", f.Rdev, other.Rdev)
	}
	if f.Size != other.Size {
		note("size", f.Size, other.Size)
	}
	if f.ModTime != other.ModTime {
		note("time", f.ModTime, other.ModTime)
	}
	if f.Twin != other.Twin {
		note("first hard link", f.Twin, other.Twin)
	}
	if f.Target != other.Target {
		note("target", f.Target, other.Target)
	}
	if f.Hash != other.Hash {
		note("content", f.Hash, other.Hash)
	}
	if !maps.Equal(f.Xattrs, other.Xattrs) {
		note("extended attributes", f.Xattrs, other.Xattrs)
	}
	return differences
}

// List reads the tree at root, by names relative to it; root itself is ".". It
// does not follow symbolic links.
func List(root string) (map[string]File, error) {
	return ListSome(root, func(string) bool { return false }, func(_ string, err error) error { return err })
}

// ListSome is List without the paths that leave says to leave out, and what is
// below them. What can't be read is left out too where unread, which is told
// about it, returns nil.
func ListSome(root string, leave func(path string) bool, unread func(path string, err error) error) (map[string]File, error) {
	files := map[string]File{}
	type inode struct{ dev, ino uint64 }
	first := map[inode]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return unread(path, err)
		}
		if leave(path) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		var stat unix.Stat_t
		if err := unix.Lstat(path, &stat); err != nil {
			return unread(path, &os.PathError{Op: "lstat", Path: path, Err: err})
		}
		f := File{
			Mode: stat.Mode, UID: stat.Uid, GID: stat.Gid, Rdev: stat.Rdev,
			ModTime: stat.Mtim.Nano(), Twin: name,
		}
		if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
			f.Size = stat.Size
			key := inode{stat.Dev, stat.Ino}
			if twin, found := first[key]; found {
				f.Twin = twin
			} else {
				first[key] = name
			}
		}
		if err := f.readContent(path); err != nil {
			return unread(path, err)
		}
		files[name] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list tree %s: %w", root, err)
	}
	return files, nil
}

func (f *File) readContent(path string) (err error) {
	switch f.Mode & unix.S_IFMT {
	case unix.S_IFLNK:
		f.Target, err = os.Readlink(path)
	case unix.S_IFREG:
		f.Hash, err = hash(path)
	}
	if err != nil {
		return err
	}
	f.Xattrs, err = xattrs(path)
	return err
}

func hash(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// xattrs reads a file's extended attributes; a file system without them has none.
func xattrs(path string) (map[string]string, error) {
	list := make([]byte, 64<<10) // XATTR_LIST_MAX
	n, err := unix.Llistxattr(path, list)
	if errors.Is(err, unix.ENOTSUP) {
		return nil, nil
	}
	if err != nil {
		return nil, &os.PathError{Op: "llistxattr", Path: path, Err: err}
	}
	found := map[string]string{}
	for _, name := range strings.Split(string(bytes.TrimRight(list[:n], "\x00")), "\x00") {
		if name == "" {
			continue
		}
		value := make([]byte, 64<<10) // XATTR_SIZE_MAX
		n, err := unix.Lgetxattr(path, name, value)
		if err != nil {
			return nil, &os.PathError{Op: "lgetxattr " + name, Path: path, Err: err}
		}
		found[name] = string(value[:n])
	}
	return found, nil
}
