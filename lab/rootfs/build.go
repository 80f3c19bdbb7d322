// Package rootfs makes the directory tree that becomes a container's "/".
//
// A root file system is nothing but files: a program, the libraries that it
// was linked with, the loader that puts the two together, and a few empty
// directories to mount things on. So it can be collected from the machine
// itself, bootstrapped from a distribution's archive, unpacked from a tar file
// or from the layers of an image, or copied from a directory.
package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Progress tells how far Build has come.
type Progress struct {
	// What is being done, such as "copying", or a remark if Unit is empty.
	What string
	// Done counts what is done, in Units.
	Done int64
	// Total is what Done will be at the end, or 0 if that is unknown.
	Total int64
	// Unit is what is counted, such as "files" or "bytes".
	Unit string
}

// Build makes a root file system in dir from src. The directory must be empty
// or absent. report may be nil. On error dir keeps what was made so far, for
// the caller to look at or remove.
func Build(ctx context.Context, src Source, dir string, report func(Progress)) error {
	if report == nil {
		report = func(Progress) {}
	}
	build := map[Kind]func(context.Context, string, string, func(Progress)) error{
		Host:        fromHost,
		Debootstrap: fromDebootstrap,
		Archive:     fromArchive,
		Directory:   fromDirectory,
		Layout:      fromLayout,
	}[src.Kind]
	if build == nil {
		return fmt.Errorf("root file system %s: unknown kind of source %q", dir, src.Kind)
	}
	if err := makeEmpty(dir); err != nil {
		return fmt.Errorf("root file system %s: %w", dir, err)
	}
	if err := build(ctx, src.Arg, dir, report); err != nil {
		return fmt.Errorf("root file system %s from %s: %w", dir, src, err)
	}
	return nil
}

// makeEmpty makes dir unless it is there and empty. A directory made here gets
// the mode of a "/", whatever the umask: a user other than root must be able
// to enter it.
func makeEmpty(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		return os.Chmod(dir, 0o755)
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if names, err := f.Readdirnames(1); len(names) > 0 {
		return errors.New("the directory is not empty")
	} else if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
