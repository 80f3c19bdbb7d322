package image

import (
	"context"
	"fmt"
	"io"
)

// UnpackLayer unpacks one layer over the tree at dir, which is empty for the
// lowest layer of an image. For any other it is an overlay whose lower
// directories are the layers below: then the kernel keeps the difference in
// the upper directory, in overlayfs's own form. A whiteout deletes what it
// hides, and the kernel leaves a device 0:0; a link to a file of a lower layer
// copies that file up; what a symbolic link of a lower layer leads to is found.
//
// open opens the layer's file, plain or compressed, and is called twice: what
// has not the digest diffID is refused before anything is written.
func UnpackLayer(ctx context.Context, open func() (io.Reader, error), dir, diffID string, opts Options) error {
	top, err := openRoot(dir)
	if err != nil {
		return fmt.Errorf("unpack layer: %w", err)
	}
	defer top.close()
	u := newUnpacker(ctx, top, opts)
	u.layered = true
	if err := u.layer(open, diffID, true); err != nil {
		return fmt.Errorf("unpack layer %s: %w", diffID, err)
	}
	if err := u.finishDirs(); err != nil {
		return fmt.Errorf("unpack layer %s: %w", diffID, err)
	}
	return nil
}

// bounded is a reader that fails, and does not end, when too much comes.
type bounded struct {
	io.Reader
	left, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the layer has more than %d bytes when it is decompressed", b.limit)
	}
	return n, err
}

// Plain returns the tar stream in r, plain or compressed by gzip or zstd.
func Plain(r io.Reader) (io.ReadCloser, error) { return decompress(r) }
