package probe

import (
	"bytes"
	"errors"
	"os"

	"byhand/lab/process"
)

// Amount is how much is to be written, and where.
type Amount struct {
	// Path is the file, as the process that writes sees it.
	Path string
	// Bytes is how many.
	Bytes int
}

// Fill is a stage: it writes bytes to a file until all are there or the kernel
// refuses more, and returns the error's name, or "written".
func Fill(_ *process.Child, a Amount) (string, error) {
	f, err := os.OpenFile(a.Path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err == nil {
		// In one call: the kernel takes what fits, and says so.
		_, err = f.Write(bytes.Repeat([]byte("y\n"), a.Bytes/2))
		err = errors.Join(err, f.Close())
	}
	return written(err), nil
}
