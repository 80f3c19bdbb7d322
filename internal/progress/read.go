package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// read reads and parses the file. An error that is not *unfit says nothing
// about the content.
func read(root *os.Root) (*State, error) {
	// A FIFO would hold us up for ever, and a symbolic link would be replaced
	// by a file at the next write, behind the back of whoever made it.
	info, err := root.Lstat(fileName)
	if errors.Is(err, fs.ErrNotExist) {
		return newState(), nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: it is not a regular file", fileName)
	}
	data, err := root.ReadFile(fileName)
	if errors.Is(err, fs.ErrNotExist) {
		return newState(), nil // another byhand has just set it aside
	}
	if err != nil {
		return nil, err
	}
	return parse(data)
}
