package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// replace puts data into the file's place, so that at any moment, also after
// a crash, the name leads to the whole old content or the whole new one. The
// caller holds the lock.
func replace(root *os.Root, data []byte) error {
	// A run that was killed may have left its file. Nobody else writes one
	// while we hold the lock, so one fixed name will do.
	if err := root.Remove(newName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(root, data); err != nil {
		// What was written is worthless, and why is already known.
		_ = root.Remove(newName)
		return err
	}
	if err := root.Rename(newName, fileName); err != nil {
		_ = root.Remove(newName)
		return err
	}
	return syncDir(root)
}

// writeNew writes data to a new file, down to the disk: a rename that reaches
// it before the content would leave an empty file after a power cut.
func writeNew(root *os.Root, data []byte) (err error) {
	f, err := root.OpenFile(newName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		// NFS may report only here that the disk is full.
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes a rename in the directory last; see fsync(2), which does not do
// so by itself.
func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	// EINVAL is what filesystems say that can't sync a directory.
	if err := dir.Sync(); err != nil && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}
