// Package vm tries byhand on a real machine: a Debian or Ubuntu with systemd,
// on cgroup v2 or v1, that QEMU emulates without KVM and without a network.
//
// The machine's disk is built once from the packages that this machine's own
// apt would install; a booted machine is stored once for each version of
// cgroups; every Run goes on from there, and leaves nothing behind.
package vm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// EnvCache names the environment variable with the directory for images.
const EnvCache = "BYHAND_VM_CACHE"

// Image is a machine's disk, kernel and initrd, with the states stored of it.
type Image struct {
	// Dir holds its files.
	Dir string

	cache    string
	progress func(string)
	lock     *os.File
}

// The files of an image. The disk comes last into being.
const (
	fileKernel = "vmlinuz"
	fileInitrd = "initrd"
	fileDisk   = "disk.img"
)

// Build returns the image of the present recipe, made in the directory dir if
// it is not there yet; where dir is empty, in $BYHAND_VM_CACHE or, without it,
// byhand-vm in os.UserCacheDir. Images of other recipes that nobody uses are
// removed. It takes root, and Missing programs are an error. The image is held
// until Close.
func Build(ctx context.Context, dir string, progress func(string)) (*Image, error) {
	if progress == nil {
		progress = func(string) {}
	}
	if err := usable(); err != nil {
		return nil, err
	}
	dir, err := cacheDir(dir)
	if err != nil {
		return nil, err
	}
	r, err := newRecipe(ctx)
	if err != nil {
		return nil, err
	}
	held, err := hold(ctx, filepath.Join(dir, "lock"), exclusive)
	if err != nil {
		return nil, err
	}
	defer held.Close()
	i := &Image{Dir: filepath.Join(dir, imagePrefix+r.key()), cache: dir, progress: progress}
	if _, err := os.Stat(i.path(fileDisk)); errors.Is(err, fs.ErrNotExist) {
		begun := time.Now()
		if err := r.make(ctx, filepath.Join(dir, "build"), i.Dir, progress); err != nil {
			return nil, fmt.Errorf("build image %s: %w", i.Dir, err)
		}
		progress(fmt.Sprintf("built %s in %.0f s", i.Dir, time.Since(begun).Seconds()))
	} else if err != nil {
		return nil, fmt.Errorf("look for image: %w", err)
	}
	if i.lock, err = hold(ctx, i.path("lock"), shared); err != nil {
		return nil, err
	}
	if err := prune(dir, i.Dir, progress); err != nil {
		return nil, errors.Join(err, i.Close())
	}
	return i, nil
}

// Close lets others remove the image.
func (i *Image) Close() error { return i.lock.Close() }

func (i *Image) path(name string) string { return filepath.Join(i.Dir, name) }

func cacheDir(dir string) (string, error) {
	if dir == "" {
		dir = os.Getenv(EnvCache)
	}
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find a directory for images: %w; %s=DIR can name one", err, EnvCache)
		}
		dir = filepath.Join(user, "byhand-vm")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the directory for images: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the directory for images: %w", err)
	}
	return dir, nil
}
