package vm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Modes of hold, as flock(2) names them.
const (
	shared    = unix.LOCK_SH
	exclusive = unix.LOCK_EX
)

// imagePrefix begins the names of images' directories.
const imagePrefix = "image-"

// hold makes the file path if need be, and locks it until it is closed.
func hold(ctx context.Context, path string, mode int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	for {
		// Asked for again and again: a flock(2) that waits knows no context.
		err := unix.Flock(int(f.Fd()), mode|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return nil, errors.Join(fmt.Errorf("flock %s: %w", path, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("flock %s, which another process holds: %w", path, ctx.Err()), f.Close())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// prune removes the images in dir that nobody holds, but for keep.
func prune(dir, keep string, progress func(string)) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look for old images: %w", err)
	}
	var errs []error
	for _, e := range entries {
		old := filepath.Join(dir, e.Name())
		if old == keep || !e.IsDir() || !strings.HasPrefix(e.Name(), imagePrefix) {
			continue
		}
		if err := pruneOne(old, progress); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func pruneOne(dir string, progress func(string)) error {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("open lock: %w", err)
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), exclusive|unix.LOCK_NB); err != nil {
		return nil // in use
	}
	progress("remove the old image " + dir)
	return os.RemoveAll(dir)
}
