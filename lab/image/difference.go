package image

import (
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sys/unix"
)

// ExportLayer writes the upper directory of an overlay as the tar of a layer:
// what overlayfs keeps as a device 0:0, or as the mark of an opaque directory,
// becomes a whiteout of the OCI image specification. The same directory gives
// the same bytes. A file of the image that has a whiteout's name can't be told
// from one, and is an error.
func ExportLayer(ctx context.Context, w io.Writer, upper string, opts ExportOptions) (Summary, error) {
	top, err := openRoot(upper)
	if err != nil {
		return Summary{}, fmt.Errorf("export layer: %w", err)
	}
	defer top.close()
	e := newExporter(ctx, w, opts)
	e.layered = true
	sum, err := e.archive(top.fd)
	if err != nil {
		return sum, fmt.Errorf("export layer %s: %w", upper, err)
	}
	return sum, nil
}

// whiteoutEntry is the header of a whiteout: an empty file of no time, for it
// says what is not there.
func whiteoutEntry(name string) header {
	return header{kind: kindFile, name: name, mode: 0o644}
}

// isOpaque tells whether overlayfs hides everything below the directory fd.
func isOpaque(fd int) bool {
	var value [1]byte
	for _, prefix := range []string{"trusted.overlay.", "user.overlay."} {
		if n, err := unix.Fgetxattr(fd, prefix+"opaque", value[:]); err == nil && n == 1 && value[0] == 'y' {
			return true
		}
	}
	return false
}

// errWhiteoutName refuses a file that would come out as a whiteout.
func errWhiteoutName(name string) error {
	base := name[strings.LastIndexByte(name, '/')+1:]
	if !strings.HasPrefix(base, whiteoutPrefix) {
		return nil
	}
	return fmt.Errorf("entry %q: in a layer, names that begin with %q mean what is not there", name, whiteoutPrefix)
}
