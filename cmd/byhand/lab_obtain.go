package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"byhand/lab/options"
	"byhand/lab/registry"
	"byhand/lab/store"
)

// When an image is brought from its registry, as Docker's --pull has it.
const (
	pullAlways  = "always"
	pullMissing = "missing"
	pullNever   = "never"
)

// obtain returns an image of the store. If the store lacks it, or policy says
// so, it is first brought from its registry; out is told, in Docker's words.
func obtain(ctx context.Context, s *store.Store, name, policy string, out io.Writer) (*store.Image, error) {
	if policy != pullAlways && policy != pullMissing && policy != pullNever {
		return nil, fmt.Errorf("invalid pull option: '%s': must be one of \"%s\", \"%s\" or \"%s\"", policy, pullAlways, pullMissing, pullNever)
	}
	if policy != pullAlways {
		found, err := s.Find(name)
		if !errors.Is(err, store.ErrUnknown) || policy == pullNever {
			return found, err
		}
		// What can only be the beginning of an id is in no registry.
		parsed, err := store.Parse(name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(out, "Unable to find image '%s' locally\n", store.Short(store.Full(parsed)))
	}
	p := newTransfer(out, false)
	img, err := (&registry.Client{Store: s, Progress: p.see}).Pull(ctx, name, "")
	p.end()
	return img, err
}

// provided is the image of a container to come, in its store; none where the
// container gets a root of another kind.
type provided struct {
	images *store.Store
	image  *store.Image
}

// provide sees that the image of a container to come is there. Unlike what
// follows, it can be interrupted.
func provide(ctx context.Context, o options.Options, args []string, policy string, out io.Writer) (p provided, err error) {
	if o.Rootfs != "" || len(args) == 0 {
		return provided{}, nil
	}
	if p.images, err = openImages(ctx); err != nil {
		return provided{}, err
	}
	p.image, err = obtain(ctx, p.images, args[0], policy, out)
	return p, err
}
