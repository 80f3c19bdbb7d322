package rootdir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/lab/image"
)

// refused reports whether the kernel lets nobody like us pile directories here:
// before Linux 5.11 in no user namespace, and never on another overlay.
func refused(err error) bool {
	for _, number := range []unix.Errno{unix.EPERM, unix.EINVAL, unix.ENODEV, unix.EOPNOTSUPP} {
		if errors.Is(err, number) {
			return true
		}
	}
	return false
}

// mark is the file that says the copy is whole.
func (o Overlay) mark() string { return filepath.Join(o.Work, "copied") }

// Copied reports whether Upper is a copy of the image's files, so that nobody
// can tell what the container has changed.
func (o Overlay) Copied() bool {
	_, err := os.Stat(o.mark())
	return err == nil
}

// copy puts the layer's files into Upper, the first time only.
func (o Overlay) copy() error {
	if o.Copied() {
		return nil
	}
	top, err := os.Open(o.Lower[0])
	if err != nil {
		return err
	}
	defer top.Close()
	r, w := io.Pipe()
	go func() {
		_, err := image.ExportFD(context.Background(), w, int(top.Fd()), image.ExportOptions{})
		_ = w.CloseWithError(err)
	}()
	err = image.Unpack(context.Background(), r, o.Upper, image.Options{})
	_ = r.Close()
	if err == nil {
		err = os.WriteFile(o.mark(), nil, 0o600)
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", o.Lower[0], err)
	}
	return nil
}
