package image

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// directory are the files of an OCI image layout. An os.Root keeps what its
// manifests name from leading out of it.
type directory struct {
	root *os.Root
	held []io.Closer
}

func openDirectory(dir string) (*directory, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &directory{root: root}, nil
}

func (d *directory) close() {
	for _, f := range append(d.held, d.root) {
		f.Close()
	}
}

func (d *directory) has(name string) bool {
	_, err := d.root.Stat(name)
	return err == nil
}

// open returns the content of the file name, which stays open as long as d.
func (d *directory) open(name string) (*io.SectionReader, error) {
	// A named pipe in its place would keep open(2) waiting.
	f, err := d.root.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the layout lacks its file %s", name)
	}
	if err != nil {
		return nil, err
	}
	d.held = append(d.held, f)
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("open %s: it is no regular file", name)
	}
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(f, 0, info.Size()), nil
}
