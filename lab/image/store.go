package image

import (
	"fmt"
	"io"
)

// store is a saved image, whose files can be read in any order: what says which
// of them are layers often comes last.
type store struct{ files }

// files are those of a saved image: in an archive, or in a directory.
type files interface {
	// has tells whether there is a file of this name.
	has(name string) bool
	// open returns a file's content.
	open(name string) (*io.SectionReader, error)
	close()
}

// read returns a small file's whole content, such as a manifest's.
func (s store) read(name string) ([]byte, error) {
	in, err := s.open(name)
	if err != nil {
		return nil, err
	}
	if in.Size() > foreignLimit {
		return nil, fmt.Errorf("%s has %d bytes; that is no manifest", name, in.Size())
	}
	b, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b, nil
}
