package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"

	"byhand/lab/store"
)

// parallel is how many layers move at a time, as with Docker.
const parallel = 3

// manyLayers bounds the layers of an image: overlayfs piles up 500.
const manyLayers = 500

// Pull brings an image into the store. platform, such as "linux/arm64", may be
// empty for this machine's. What comes is verified; the name is given last,
// and what a cut leaves serves the next Pull.
func (c *Client) Pull(ctx context.Context, ref, platform string) (*store.Image, error) {
	parsed, err := store.Parse(ref)
	if err != nil {
		return nil, err
	}
	done, err := c.Store.Use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	img, err := c.pull(ctx, parsed, platform)
	if err != nil {
		return nil, fmt.Errorf("pull %s: %w", store.Short(store.Full(parsed)), explain(err))
	}
	return img, nil
}

func (c *Client) pull(ctx context.Context, ref name.Reference, platform string) (*store.Image, error) {
	t, err := c.authorized(ctx, ref.Context(), transport.PullScope)
	if err != nil {
		return nil, err
	}
	source, raw, config, d, err := c.manifest(ctx, t, ref, platform)
	if err != nil {
		return nil, err
	}
	m, err := store.ParseManifest(raw)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", d.Digest, err)
	}
	if len(m.Layers) > manyLayers {
		return nil, fmt.Errorf("manifest %s: %d layers; overlayfs takes %d", d.Digest, len(m.Layers), manyLayers)
	}
	if err := c.Store.Put(m.Config, strings.NewReader(string(config))); err != nil {
		return nil, err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, l := range m.Layers {
		group.Go(func() error { return c.fetch(gctx, t, ref.Context(), l) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if _, err := c.Store.PutBytes(raw); err != nil {
		return nil, err
	}
	return c.Store.Enter(ctx, d, store.Full(ref), source)
}

// manifest reads the manifest of the image for a platform, its configuration,
// and the digest by which the registry knows the name: that of an index, where
// the image is made for several platforms.
func (c *Client) manifest(ctx context.Context, t http.RoundTripper, ref name.Reference, platform string) (source v1.Hash, raw, config []byte, d v1.Descriptor, err error) {
	ctx, cancel := context.WithTimeout(ctx, 4*c.stall()) // these are small
	defer cancel()
	opts := []remote.Option{remote.WithContext(ctx), remote.WithTransport(t)}
	if platform != "" {
		p, err := v1.ParsePlatform(platform)
		if err != nil {
			return source, nil, nil, d, fmt.Errorf("platform %q: %w", platform, err)
		}
		opts = append(opts, remote.WithPlatform(*p))
	} else {
		opts = append(opts, remote.WithPlatform(ours()))
	}
	found, err := remote.Get(ref, opts...)
	if err != nil {
		return source, nil, nil, d, err
	}
	img, err := found.Image()
	if err != nil {
		return source, nil, nil, d, err
	}
	if raw, err = img.RawManifest(); err != nil {
		return source, nil, nil, d, err
	}
	m, err := store.ParseManifest(raw) // bounds the configuration's size
	if err != nil {
		return source, nil, nil, d, err
	}
	if config, err = img.RawConfigFile(); err != nil {
		return source, nil, nil, d, fmt.Errorf("configuration %s: %w", m.Config.Digest, err)
	}
	d.Size = int64(len(raw))
	if d.Digest, err = img.Digest(); err == nil {
		d.MediaType, err = img.MediaType()
	}
	return found.Digest, raw, config, d, err
}

// explain says what an error of the library most likely means.
func explain(err error) error {
	var status *transport.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the registry sends nothing: %w", err)
	case !errors.As(err, &status):
		return err
	case status.StatusCode == http.StatusNotFound:
		return fmt.Errorf("the registry has no such image: %w", err)
	case status.StatusCode == http.StatusUnauthorized, status.StatusCode == http.StatusForbidden:
		return fmt.Errorf("the registry wants other credentials, or has no such image; byhand lab login gives them: %w", err)
	}
	return err
}

// wait waits before the try after n failed ones, or as long as the registry
// asks for, up to a minute.
func (c *Client) wait(ctx context.Context, n int, asked time.Duration) error {
	d := c.Patience
	if d == 0 {
		d = time.Second
	}
	d = min(max(d<<n, asked), time.Minute)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
