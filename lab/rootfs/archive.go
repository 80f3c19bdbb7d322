package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"byhand/lab/image"
)

// fromArchive unpacks the tar file name.
func fromArchive(ctx context.Context, name, dir string, report func(Progress)) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in := &counter{Reader: f}
	err = image.Unpack(ctx, in, dir, image.Options{
		// Only the archive's size is known in advance, so its bytes are counted
		// as they are read, before they are decompressed.
		Report: func(int, int64) {
			report(Progress{What: "unpacking", Done: in.n, Total: info.Size(), Unit: "bytes"})
		},
		Skipped: func(name, why string) {
			report(Progress{What: "left out " + name + ": " + why})
		},
	})
	if errors.Is(err, image.ErrNotRoot) {
		err = fmt.Errorf("%w; byhand lab load -i %s brings it in, and --rootfs takes its name then", err, name)
	}
	return err
}

// fromLayout unpacks the layers of an image, the lowest first. arg is Source.Arg.
func fromLayout(ctx context.Context, arg, dir string, report func(Progress)) error {
	layout, name, _ := strings.Cut(arg, ":")
	_, err := image.UnpackLayout(ctx, layout, dir, name, image.Options{
		Report: func(_ int, bytes int64) { report(Progress{What: "unpacking", Done: bytes, Unit: "bytes"}) },
		Skipped: func(name, why string) {
			report(Progress{What: "left out " + name + ": " + why})
		},
	})
	return err
}

// counter counts what is read through it.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
