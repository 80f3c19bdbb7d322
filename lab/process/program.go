package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// ownProgram opens byhand's own program for a child to execute, in such a way that
// nobody can write to it through the child.
//
// /proc/PID/exe is not a mere link: whoever may look at a process gets by it
// at the very file, past every root and mount namespace. A container's root may
// look at whatever joins the container, as exec does, and at its own first
// process, and has outside the same user id as the file's owner. The kernel
// refuses to write to a program only while it runs (ETXTBSY); a descriptor that
// was opened meanwhile can be opened anew for writing when it has ended, and
// the next byhand that root starts is the container's (CVE-2019-5736).
//
// So a child never executes the file itself but, to the same content, another
// way by which nothing can be written.
func ownProgram() (*os.File, error) {
	return shielded("/proc/self/exe", func(*os.File) (*os.File, error) {
		once, err := sealedOwn()
		if err != nil {
			return nil, err
		}
		return os.Open(fmt.Sprintf("/proc/self/fd/%d", once.Fd()))
	})
}

// sealedOwn is the sealed copy of byhand's own program. All children can have the
// same one, since none can write to it, and to make it takes some ten times as
// long as to start a child.
var sealedOwn = sync.OnceValues(func() (*os.File, error) {
	own, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	defer own.Close()
	return sealed(own)
})

// shielded is ownProgram of any file. Where the kernel lets it not be mounted a
// second time, seal copies it.
func shielded(path string, seal func(*os.File) (*os.File, error)) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open byhand's own binary: %w", err)
	}
	if unwritable(f) {
		return f, nil // we are such a child ourselves, and hand on what we have
	}
	defer f.Close()
	other, err := readOnly(f)
	if errors.Is(err, unix.EINVAL) {
		if here := sameHere(f, path); here != nil {
			defer here.Close()
			other, err = readOnly(here)
		}
	}
	// EPERM for whom has no CAP_SYS_ADMIN; ENOSYS before Linux 5.12, and EINVAL
	// where the file's mount has none to copy it from, as in another's namespace.
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		other, err = seal(f)
	}
	if err != nil {
		return nil, fmt.Errorf("keep byhand's own binary from being written to: %w", err)
	}
	return other, nil
}

// sameHere opens a file anew by its path, or returns nil where another file has
// that: who has changed the mount namespace finds the mount in the new one so.
func sameHere(f *os.File, link string) *os.File {
	path, err := os.Readlink(link)
	if err != nil {
		return nil
	}
	here, err := os.Open(path)
	if err != nil {
		return nil
	}
	var a, b unix.Stat_t
	if unix.Fstat(int(f.Fd()), &a) != nil || unix.Fstat(int(here.Fd()), &b) != nil || a.Dev != b.Dev || a.Ino != b.Ino {
		_ = here.Close()
		return nil
	}
	return here
}

// unwritable reports whether nothing can be written to a file by the way that
// it was opened: its mount is read-only, or its seal is set.
func unwritable(f *os.File) bool {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &fs); err == nil && fs.Flags&unix.ST_RDONLY != 0 {
		return true
	}
	seals, err := unix.FcntlInt(f.Fd(), unix.F_GET_SEALS, 0)
	return err == nil && seals&unix.F_SEAL_WRITE != 0
}

// readOnly mounts the file alone a second time, read-only and in no place: it is
// there only as long as somebody has it open or runs it, and since it belongs to
// nobody's tree, nobody can make it writable again. It costs some 0.3 ms, most of
// it for taking the mount away again.
func readOnly(f *os.File) (*os.File, error) {
	fd, err := unix.OpenTree(int(f.Fd()), "", unix.AT_EMPTY_PATH|unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("open_tree: %w", err)
	}
	tree := os.NewFile(uintptr(fd), "byhand, read-only")
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		return nil, errors.Join(fmt.Errorf("mount_setattr: %w", err), tree.Close())
	}
	return tree, nil
}

// sealed copies the file into memory and seals it: that needs no privilege, but
// it costs time, and memory as long as the copy runs.
func sealed(f *os.File) (*os.File, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	// Since Linux 6.3 a machine may want to hear that it is to be executed
	// (vm.memfd_noexec); before, the kernel does not know the word.
	fd, err := unix.MemfdCreate("byhand", flags|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate("byhand", flags)
	}
	if err != nil {
		return nil, fmt.Errorf("memfd_create: %w", err)
	}
	copied := os.NewFile(uintptr(fd), "byhand, sealed")
	defer copied.Close()
	if _, err := io.Copy(copied, f); err != nil {
		return nil, err
	}
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(copied.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return nil, fmt.Errorf("fcntl F_ADD_SEALS: %w", err)
	}
	// What is open for writing can't be executed.
	return os.Open(fmt.Sprintf("/proc/self/fd/%d", fd))
}
