package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"byhand/lab/rootfs"
	"byhand/lab/store"
)

// rootSource makes of the SRC of --rootfs one that rootfs.Parse reads. The name
// of an image becomes the store's layout, in which it then is.
func rootSource(ctx context.Context, spec string) (string, error) {
	_, err := rootfs.Parse(spec)
	var named *rootfs.ImageError
	if err == nil || !errors.As(err, &named) {
		return spec, wrongRoot(err)
	}
	images, err := openImages(ctx)
	if err != nil {
		return "", err
	}
	img, err := obtain(ctx, images, named.Name, pullMissing, os.Stderr)
	if err != nil {
		return "", fmt.Errorf("--rootfs: %w", err)
	}
	if len(img.Names) == 0 {
		return "", &exit{code: exitUsage, err: fmt.Errorf("--rootfs: image %s has no name", named.Name), hints: []string{"byhand lab tag " + named.Name + " NAME"}}
	}
	name, err := store.Parse(img.Names[0])
	if err != nil {
		return "", err
	}
	return rootfs.Source{Kind: rootfs.Layout, Arg: images.Dir() + ":" + store.Full(name)}.String(), nil
}

// wrongRoot is the error of a SRC that can't be read.
func wrongRoot(err error) error {
	if err == nil {
		return nil
	}
	return &exit{code: exitUsage, err: fmt.Errorf("--rootfs: %w", err)}
}
