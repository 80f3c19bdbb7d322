package store

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"byhand/lab/image"
)

// Import makes an image of one layer of a root's archive, plain or compressed,
// as docker import does. config may be nil; now is the time that it gets.
func (s *Store) Import(ctx context.Context, r io.Reader, ref, message string, config *v1.ConfigFile, now time.Time) (*Image, error) {
	done, err := s.Use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	plain, err := image.Plain(r)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	defer plain.Close()
	layer, err := s.PutLayer(func(w io.Writer) error {
		n, err := io.Copy(w, io.LimitReader(cancelled{ctx, plain}, layerLimit))
		if err == nil && n == layerLimit {
			err = fmt.Errorf("the archive has more than %d bytes when it is decompressed", int64(layerLimit))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if config == nil {
		config = &v1.ConfigFile{}
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Created = v1.Time{Time: now.UTC().Truncate(time.Second)}
	config.History = append(config.History, v1.History{Created: config.Created, Comment: message})
	img, err := s.Create(ctx, config, []Layer{layer}, ref)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return img, nil
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}
