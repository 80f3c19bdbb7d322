// Package carry copies files between the machine and a container, running or
// not, as Docker's cp does. The container's files are nobody's to trust: each path
// is followed in its own root, and no link leads out of it, whoever lays one and
// when.
package carry

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/image"
)

// End is one of the two ends of a copy.
type End struct {
	// Root is the directory that paths begin at: the container's root, or the
	// machine's.
	Root *os.File
	// Path is the file or the directory; one that ends with "/." means what is
	// in the directory.
	Path string
	// Ours says that it is on the machine, where nothing may be written beside
	// the directory that was named.
	Ours bool
}

// Options say how to copy.
type Options struct {
	// Follow copies what a link at the source's path leads to, not the link.
	Follow bool
	// Owner is who the copies belong to; nil keeps the numbers.
	Owner *Owner
}

// Owner is a user and a group.
type Owner struct{ UID, GID int }

// Errors in Docker's words.
var (
	ErrNoDirectory     = errors.New("no such directory")
	ErrNotDirectory    = errors.New("not a directory")
	ErrCannotDirectory = errors.New("cannot copy directory")
)

// Copy copies a file or a directory with all that it holds, and returns how many
// bytes of an archive that was.
func Copy(ctx context.Context, from, to End, o Options) (int64, error) {
	source, inner, err := find(from, o)
	if err != nil {
		return 0, err
	}
	dir, name, err := target(to, source, base(from.Path), inner)
	if to.Ours && errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("invalid output path: directory %q does not exist", path.Dir(to.Path))
	}
	if err != nil {
		return 0, err
	}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(archive(ctx, w, from.Root, source, name)) }()
	n, err := unpack(ctx, r, to, dir, o.Owner)
	_ = r.CloseWithError(errors.New("nobody reads on"))
	return n, err
}

// Send writes a file or a directory as a tar stream.
func Send(ctx context.Context, w io.Writer, from End, o Options) error {
	source, inner, err := find(from, o)
	if err != nil {
		return err
	}
	name := base(from.Path)
	if inner {
		name = ""
	}
	return archive(ctx, w, from.Root, source, name)
}

// Receive unpacks a tar stream into a directory.
func Receive(ctx context.Context, r io.Reader, to End, o Options) (int64, error) {
	at, err := resolve(to.Root, to.Path, true)
	if err != nil {
		return 0, err
	}
	if !at.directory() {
		return 0, fmt.Errorf("destination %q must be a directory", to.Path)
	}
	return unpack(ctx, r, to, at, o.Owner)
}

// find looks the source up. inner says that what is in the directory is meant.
func find(from End, o Options) (at place, inner bool, err error) {
	at, err = resolve(from.Root, from.Path, o.Follow || strings.HasSuffix(from.Path, "/"))
	if err == nil && !at.exists() {
		err = fmt.Errorf("lstat %s: %w", from.Path, unix.ENOENT)
	}
	inner = strings.HasSuffix(from.Path, "/.") || from.Path == "." || at.path == "."
	if err == nil && !at.directory() && (inner || strings.HasSuffix(from.Path, "/")) {
		err = fmt.Errorf("%s: %w", from.Path, ErrNotDirectory)
	}
	return at, inner, err
}

// target works out the directory to unpack into, and the name that the copy has
// there: "" where only what is in the source's directory is copied.
func target(to End, source place, name string, inner bool) (dir place, as string, err error) {
	at, err := resolve(to.Root, to.Path, true)
	if err != nil {
		return at, "", err
	}
	slash := strings.HasSuffix(to.Path, "/") || strings.HasSuffix(to.Path, "/.")
	switch {
	case at.directory() && inner:
		return at, "", nil
	case at.directory():
		return at, name, nil
	case at.exists() && source.directory():
		return at, "", ErrCannotDirectory
	case at.exists() && slash:
		return at, "", fmt.Errorf("%s: %w", to.Path, ErrNotDirectory)
	case !at.exists() && slash && !source.directory():
		return at, "", fmt.Errorf("%s: %w", to.Path, ErrNoDirectory)
	}
	return place{path: path.Dir(at.path), mode: unix.S_IFDIR}, path.Base(at.path), nil
}

// base is the name of the last directory or file of a path.
func base(name string) string { return path.Base(path.Clean("/" + name)) }

// unpack unpacks a stream into a directory. At our end that is the root for it,
// so that nothing in the archive, which a container may have made, leads further;
// in a container it is the container's.
func unpack(ctx context.Context, r io.Reader, to End, dir place, owner *Owner) (int64, error) {
	root, prefix := to.Root, dir.path
	if to.Ours {
		f, err := open(to.Root, dir.path)
		if err != nil {
			return 0, fmt.Errorf("open %s: %w", dir.path, err)
		}
		defer f.Close()
		root, prefix = f, "."
	}
	read, write := io.Pipe()
	counted := &counter{r: r}
	go func() {
		_ = write.CloseWithError(rewrite(write, counted, func(h *tar.Header) bool {
			h.Name = under(prefix, h.Name)
			if h.Typeflag == tar.TypeLink {
				h.Linkname = under(prefix, h.Linkname)
			}
			if owner != nil {
				h.Uid, h.Gid = owner.UID, owner.GID
			}
			return h.Name != path.Clean(prefix) // the directory stays what it is
		}))
	}()
	err := image.Unpack(ctx, read, fmt.Sprintf("/proc/self/fd/%d", root.Fd()), image.Options{AnyFiles: true})
	_ = read.CloseWithError(errors.New("nobody reads on"))
	return counted.n, err
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
