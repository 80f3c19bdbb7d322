package kernel

import (
	"errors"
	"os"
	"path/filepath"
)

// Loops returns the files behind the loop devices that have one (loop(4)), by
// the device's name, such as "loop0".
func Loops() (map[string]string, error) {
	paths, err := filepath.Glob("/sys/block/loop*/loop/backing_file")
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, path := range paths {
		file, err := line(path)
		if errors.Is(err, os.ErrNotExist) {
			continue // let go meanwhile
		}
		if err != nil {
			return nil, err
		}
		files[filepath.Base(filepath.Dir(filepath.Dir(path)))] = file
	}
	return files, nil
}
