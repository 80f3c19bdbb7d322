package registry

import (
	"context"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"byhand/lab/store"
)

// Push sends the image called ref to the registry that its name says, and
// returns the digest by which it is known there. Layers that the registry has
// are not sent.
func (c *Client) Push(ctx context.Context, ref string) (v1.Hash, error) {
	parsed, err := store.Parse(ref)
	if err != nil {
		return v1.Hash{}, err
	}
	if _, ok := parsed.(name.Tag); !ok {
		return v1.Hash{}, fmt.Errorf("push %s: a name with a tag is needed, not a digest", ref)
	}
	done, err := c.Store.Use(ctx) // nobody may delete what is being sent
	if err != nil {
		return v1.Hash{}, err
	}
	defer done()
	img, err := c.Store.Find(store.Full(parsed))
	if err != nil {
		return v1.Hash{}, err
	}
	t, err := c.authorized(ctx, parsed.Context(), transport.PushScope)
	if err != nil {
		return v1.Hash{}, fmt.Errorf("push %s: %w", ref, explain(err))
	}
	sent, err := partial.CompressedToImage(&stored{c.Store, img})
	if err != nil {
		return v1.Hash{}, err
	}
	updates, end := make(chan v1.Update, 16), make(chan struct{})
	go func() {
		defer close(end)
		for u := range updates {
			c.progress(Progress{Done: u.Complete, Total: u.Total})
		}
	}()
	err = remote.Write(parsed, sent, remote.WithContext(ctx), remote.WithTransport(t), remote.WithJobs(parallel), remote.WithProgress(updates))
	<-end // remote.Write closes the channel
	if err != nil {
		return v1.Hash{}, fmt.Errorf("push %s: %w", ref, explain(err))
	}
	return img.Descriptor.Digest, nil
}

// stored is an image of the store as the library wants one, byte for byte.
type stored struct {
	s   *store.Store
	img *store.Image
}

func (i *stored) RawConfigFile() ([]byte, error) { return i.s.ReadBlob(i.img.ID) }

func (i *stored) RawManifest() ([]byte, error) { return i.s.ReadBlob(i.img.Descriptor.Digest) }

func (i *stored) MediaType() (types.MediaType, error) { return i.img.Descriptor.MediaType, nil }

func (i *stored) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for _, d := range append(i.img.Manifest.Layers, i.img.Manifest.Config) {
		if d.Digest == h {
			return &storedLayer{i.s, d}, nil
		}
	}
	return nil, fmt.Errorf("the image has no layer %s", h)
}

// storedLayer is a layer of the store as the library wants one.
type storedLayer struct {
	s *store.Store
	d v1.Descriptor
}

func (l *storedLayer) Digest() (v1.Hash, error)            { return l.d.Digest, nil }
func (l *storedLayer) Size() (int64, error)                { return l.d.Size, nil }
func (l *storedLayer) MediaType() (types.MediaType, error) { return l.d.MediaType, nil }
func (l *storedLayer) Compressed() (io.ReadCloser, error)  { return l.s.OpenBlob(l.d.Digest) }
