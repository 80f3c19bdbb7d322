package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// setAside renames the file to a name that nothing has yet, made from label
// and the time, and returns that name. The caller holds the lock, so nobody
// takes the name between the look and the rename.
func setAside(root *os.Root, label string) (string, error) {
	first := fmt.Sprintf("%s.%s-%s", fileName, label, time.Now().UTC().Format("20060102T150405Z"))
	for name, n := first, 2; ; n++ {
		_, err := root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			if err := root.Rename(fileName, name); err != nil {
				return "", err
			}
			// No sync: should a power cut undo the rename, the file is found
			// and set aside once more.
			return name, nil
		}
		if err != nil {
			return "", err
		}
		name = fmt.Sprintf("%s-%d", first, n)
	}
}
