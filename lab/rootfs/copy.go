package rootfs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"syscall"

	"golang.org/x/sys/unix"
)

// copier copies single files from one tree to the same names in another,
// together with the links and directories that lead to them.
type copier struct {
	from, to tree
	done     map[string]bool  // names that are in to
	names    map[inode]string // first name of each file with several
}

// inode is a file's identity, whatever names lead to it.
type inode struct{ dev, ino uint64 }

func newCopier(from, to tree) *copier {
	return &copier{from, to, map[string]bool{"/": true}, map[inode]string{}}
}

// put copies the file or, without its content, the directory name. Each link
// on the way is copied as a link: /bin/sh brings /bin -> usr/bin, then
// usr/bin/sh -> dash, then the file usr/bin/dash.
func (c *copier) put(name string) error {
	file, links, err := c.from.follow(name)
	if err != nil {
		return err
	}
	for _, link := range links {
		if err := c.link(link); err != nil {
			return err
		}
	}
	info, err := os.Lstat(c.from.on(file))
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return c.mkdir(file)
	case info.Mode().IsRegular():
		return c.file(file, info)
	}
	return fmt.Errorf("copy %s: %v is neither a file nor a directory", name, info.Mode().Type())
}

// mkdir makes the directory dir and its parents. Since follow left no link in
// the name, it leaves none in c.to either, and nothing is written beside it.
func (c *copier) mkdir(dir string) error {
	if c.done[dir] {
		return nil
	}
	if err := c.mkdir(path.Dir(dir)); err != nil {
		return err
	}
	c.done[dir] = true
	return mkdir(c.to.on(dir), 0o755)
}

func (c *copier) link(name string) error {
	if c.done[name] {
		return nil
	}
	if err := c.mkdir(path.Dir(name)); err != nil {
		return err
	}
	target, err := os.Readlink(c.from.on(name))
	if err != nil {
		return err
	}
	c.done[name] = true
	return os.Symlink(target, c.to.on(name))
}

// file copies a regular file. Of its mode the permissions are kept, but not
// the setuid and setgid bits, nor others' right to write: the copy belongs to
// the caller, and /bin/mount with the bit set would let every user of the
// machine act as the caller. Inside, root needs no such bit.
func (c *copier) file(name string, info os.FileInfo) error {
	if c.done[name] {
		return nil
	}
	if err := c.mkdir(path.Dir(name)); err != nil {
		return err
	}
	c.done[name] = true
	st := info.Sys().(*syscall.Stat_t)
	id := inode{st.Dev, st.Ino}
	if first, ok := c.names[id]; ok {
		return os.Link(c.to.on(first), c.to.on(name)) // one program of many names
	}
	c.names[id] = name
	return copyFile(c.from.on(name), c.to.on(name), info.Mode().Perm()&^0o022)
}

// copyFile copies the content of the regular file from to the new file to.
func copyFile(from, to string, mode os.FileMode) (err error) {
	in, err := os.OpenFile(from, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := copyContent(in, out); err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, err)
	}
	return out.Chmod(mode) // the umask has no say in this
}

// copyContent copies what in holds and leaves its holes holes. Between two
// files io.Copy uses copy_file_range(2): the bytes never leave the kernel, and
// some file systems share them.
func copyContent(in, out *os.File) error {
	info, err := in.Stat()
	if err != nil {
		return err
	}
	for at := int64(0); at < info.Size(); {
		start, err := in.Seek(at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			break // a hole up to the end
		}
		if err != nil {
			return err
		}
		end, err := in.Seek(start, unix.SEEK_HOLE)
		if err != nil {
			return err
		}
		if _, err := in.Seek(start, io.SeekStart); err != nil {
			return err
		}
		if _, err := out.Seek(start, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.CopyN(out, in, end-start); err != nil {
			return err
		}
		at = end
	}
	return out.Truncate(info.Size())
}

// mkdir makes one directory with exactly this mode, whatever the umask.
func mkdir(name string, mode os.FileMode) error {
	if err := os.Mkdir(name, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return os.Chmod(name, mode)
}

// writeFile makes a new file with exactly this mode.
func writeFile(name, content string, mode os.FileMode) error {
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		return err
	}
	return os.Chmod(name, mode)
}
