package image

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// layerDigests returns the digests of the layers' plain tar streams.
func layerDigests(config []byte) ([]string, error) {
	var c struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	if err := json.Unmarshal(config, &c); err != nil {
		return nil, fmt.Errorf("the image's configuration: %w", err)
	}
	return c.RootFS.DiffIDs, nil
}

// layer unpacks one layer over those below, if there are any. open opens its
// file, which may be compressed.
func (u *unpacker) layer(open func() (io.Reader, error), digest string, below bool) error {
	hide := u.hide
	if !below {
		hide = func(string) error { return nil }
	}
	if err := u.readLayer(open, func(in io.Reader) error { return u.survey(in, digest, hide) }); err != nil {
		return err
	}
	return u.readLayer(open, func(in io.Reader) error { return u.stream(tar.NewReader(in)) })
}

// readLayer calls read with a layer's plain tar stream.
func (u *unpacker) readLayer(open func() (io.Reader, error), read func(io.Reader) error) error {
	file, err := open()
	if err != nil {
		return err
	}
	in, err := decompress(file)
	if err != nil {
		return err
	}
	defer in.Close()
	if u.opts.Limit > 0 {
		return read(&bounded{in, u.opts.Limit, u.opts.Limit})
	}
	return read(in)
}

// survey reads a layer for its whiteouts and to verify its digest.
func (u *unpacker) survey(in io.Reader, digest string, hide func(name string) error) error {
	sum := sha256.New()
	in = io.TeeReader(interruptible{u.ctx, in}, sum)
	t := tar.NewReader(in)
	for {
		hdr, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		name, err := confine(hdr.Name)
		if err == nil && isWhiteout(name) {
			err = hide(name)
		}
		if err != nil {
			return fmt.Errorf("entry %q: %w", hdr.Name, err)
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if got := fmt.Sprintf("sha256:%x", sum.Sum(nil)); got != digest {
		return fmt.Errorf("the layer has the digest %s; the image's configuration says %s", got, digest)
	}
	return nil
}

// interruptible is a reader that ends when its context does.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.Reader.Read(p)
}
