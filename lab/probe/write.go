package probe

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/process"
)

// Note is a file that is to be written.
type Note struct {
	// Path is where, as the process that writes sees it.
	Path string
	// Text is what it is to hold.
	Text string
}

// Write is a stage: it makes a file that is not there yet, and returns the
// error's name, or "written".
func Write(_ *process.Child, n Note) (string, error) {
	f, err := os.OpenFile(n.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(n.Text)
		err = errors.Join(err, f.Close())
	}
	return written(err), nil
}

// written is how a write ended: the error's name, or "written".
func written(err error) string {
	if err == nil {
		return "written"
	}
	if errno := unix.Errno(0); errors.As(err, &errno) {
		return unix.ErrnoName(errno)
	}
	return err.Error()
}

// Mounts is a stage: it returns its mount namespace's mounts, those outside the
// sandbox's root included.
func Mounts(*process.Child, struct{}) ([]kernel.Mount, error) { return kernel.Mounts(0) }
