package volume

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/image"
)

// Fill gives a volume that is empty what the directory from holds: what the
// volume is about to cover in the container. One that holds something stays.
//
// Killed at any moment it leaves the volume empty or whole: the files are
// copied beside it first, and once that is done whoever comes next, if not this
// run itself, moves them in.
func (v Volume) Fill(ctx context.Context, from string) error {
	unlock, err := lock(ctx, v.Dir, unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer unlock()
	if err := v.fill(ctx, from); err != nil {
		return fmt.Errorf("fill volume %s: %w", v.Name, err)
	}
	return nil
}

func (v Volume) fill(ctx context.Context, from string) error {
	if _, err := os.Stat(v.path("_ready")); err == nil {
		return v.moveIn()
	}
	if empty, err := isEmpty(v.Data()); err != nil || !empty {
		return err
	}
	half := v.path("_fill")
	if err := bench.RemoveTree(half); err != nil {
		return err
	}
	if err := os.Mkdir(half, 0o755); err != nil {
		return err
	}
	if err := Copy(ctx, from, half); err != nil {
		return errors.Join(err, bench.RemoveTree(half))
	}
	if err := syncFS(half); err != nil {
		return err
	}
	if err := os.Rename(half, v.path("_ready")); err != nil {
		return err
	}
	return v.moveIn()
}

func (v Volume) path(name string) string { return filepath.Join(v.Dir, name) }

// moveIn moves what is ready into the volume, name by name: the directory
// itself must stay the same one, which other containers may have mounted.
func (v Volume) moveIn() error {
	ready := v.path("_ready")
	names, err := os.ReadDir(ready)
	if err != nil {
		return err
	}
	for _, n := range names {
		err := unix.Renameat2(unix.AT_FDCWD, filepath.Join(ready, n.Name()), unix.AT_FDCWD, filepath.Join(v.Data(), n.Name()), unix.RENAME_NOREPLACE)
		// What somebody has written meanwhile is not taken away.
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("move %s into the volume: %w", n.Name(), err)
		}
	}
	if err := like(v.Data(), ready); err != nil {
		return err
	}
	return bench.RemoveTree(ready)
}

// like gives a directory the owner and mode of another.
func like(dir, other string) error {
	var st unix.Stat_t
	if err := unix.Stat(other, &st); err != nil {
		return fmt.Errorf("stat %s: %w", other, err)
	}
	if err := unix.Chown(dir, int(st.Uid), int(st.Gid)); err != nil {
		return fmt.Errorf("chown %s: %w", dir, err)
	}
	if err := unix.Chmod(dir, st.Mode&0o7777); err != nil {
		return fmt.Errorf("chmod %s: %w", dir, err)
	}
	return nil
}

// Copy copies a tree with owners, modes, links and attributes: what
// image-export packs and unpacks, without the file between.
func Copy(ctx context.Context, from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	r, w := io.Pipe()
	go func() {
		_, err := image.ExportFD(ctx, w, int(source.Fd()), image.ExportOptions{})
		w.CloseWithError(err)
	}()
	// Of a file that an ordinary user may not make, such as a device, the image
	// lost it already when it was unpacked.
	err = image.Unpack(ctx, r, to, image.Options{Skipped: func(string, string) {}})
	r.CloseWithError(err)
	return err
}

func isEmpty(dir string) (bool, error) {
	f, err := os.Open(dir)
	if err != nil {
		return false, err
	}
	defer f.Close()
	_, err = f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// Open opens the volume's directory, or one below it, so that it can be
// mounted. No symbolic link in the volume leads out of it: the files are the
// containers'.
func (v Volume) Open(subpath string) (*os.File, error) {
	top, err := os.OpenFile(v.Data(), unix.O_PATH|unix.O_DIRECTORY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("get %s: %w", v.Name, ErrNone)
	}
	if err != nil || subpath == "" {
		return top, err
	}
	defer top.Close()
	fd, err := unix.Openat2(int(top.Fd()), subpath, &unix.OpenHow{
		Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot access path %s in volume %s: %w", subpath, v.Name, err)
	}
	return os.NewFile(uintptr(fd), filepath.Join(v.Data(), subpath)), nil
}

// Size is the room that the volume's files take on disk.
func (v Volume) Size() (int64, error) { return Room(v.Data()) }

// Room is how much disk what is in a directory takes, each file once.
func Room(dir string) (int64, error) {
	var total int64
	seen := map[[2]uint64]bool{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
				return nil // gone meanwhile, or nobody's to count
			}
			return err
		}
		var st unix.Stat_t
		if unix.Lstat(path, &st) != nil || path == dir {
			return nil
		}
		if id := [2]uint64{st.Dev, st.Ino}; !seen[id] {
			seen[id] = true
			total += st.Blocks * 512
		}
		return nil
	})
	return total, err
}
