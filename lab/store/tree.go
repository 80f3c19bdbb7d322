package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// removeTree deletes what is at path. Layers may have directories that their
// owner may not write to; unless that is root, the modes are changed first.
func removeTree(path string) error {
	if os.Geteuid() != 0 {
		_ = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() {
				_ = os.Chmod(p, 0o700)
			}
			return nil
		})
	}
	return os.RemoveAll(path)
}

// usage returns how many bytes the files beneath path take on disk.
func usage(path string) (int64, error) {
	var total int64
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
				return nil
			}
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(p, &st); err == nil && (st.Nlink == 1 || d.IsDir()) {
			total += st.Blocks * 512
		} else if err == nil {
			total += st.Blocks * 512 / int64(st.Nlink) // each name its part
		}
		return nil
	})
	return total, err
}
