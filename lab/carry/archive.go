package carry

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/image"
)

// archive writes what stands at a place of a root as a tar stream, in which it
// has the name given.
func archive(ctx context.Context, w io.Writer, root *os.File, at place, name string) error {
	f, err := open(root, at.path)
	if err != nil {
		return fmt.Errorf("open %s: %w", at.path, err)
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return fmt.Errorf("stat %s: %w", at.path, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return one(w, f, &st, name)
	}
	r, plain := io.Pipe()
	go func() {
		_, err := image.ExportFD(ctx, plain, int(f.Fd()), image.ExportOptions{})
		_ = plain.CloseWithError(err)
	}()
	err = rewrite(w, r, func(h *tar.Header) bool {
		h.Name = under(name, h.Name)
		if h.Typeflag == tar.TypeLink {
			h.Linkname = under(name, h.Linkname)
		}
		return h.Name != "."
	})
	_ = r.CloseWithError(errors.New("nobody reads on")) // so that the export ends
	return err
}

// under names an entry beneath a directory.
func under(dir, name string) string { return path.Join(dir, path.Clean("/"+name)) }

// one writes the archive of one file that is no directory. f was opened only to
// look at it: a FIFO or a device must not be opened for more.
func one(w io.Writer, f *os.File, st *unix.Stat_t, name string) error {
	h := &tar.Header{
		Name: name, Mode: int64(st.Mode & 0o7777), Uid: int(st.Uid), Gid: int(st.Gid),
		ModTime: time.Unix(st.Mtim.Unix()), Format: tar.FormatPAX,
	}
	out := tar.NewWriter(w)
	var content io.Reader
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		file, err := os.Open(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
		if err != nil {
			return fmt.Errorf("open %s: %w", name, errors.Unwrap(err))
		}
		defer file.Close()
		// As long as it is now: it may grow while it is read.
		h.Typeflag, h.Size, content = tar.TypeReg, st.Size, io.LimitReader(file, st.Size)
	case unix.S_IFLNK:
		text := make([]byte, unix.PathMax)
		n, err := unix.Readlinkat(int(f.Fd()), "", text)
		if err != nil {
			return fmt.Errorf("readlink %s: %w", name, err)
		}
		h.Typeflag, h.Linkname = tar.TypeSymlink, string(text[:n])
	case unix.S_IFIFO:
		h.Typeflag = tar.TypeFifo
	case unix.S_IFCHR, unix.S_IFBLK:
		h.Typeflag = tar.TypeChar
		if st.Mode&unix.S_IFMT == unix.S_IFBLK {
			h.Typeflag = tar.TypeBlock
		}
		h.Devmajor, h.Devminor = int64(unix.Major(st.Rdev)), int64(unix.Minor(st.Rdev))
	default:
		return fmt.Errorf("copy %s: sockets can't be copied: %w", name, errors.ErrUnsupported)
	}
	if err := out.WriteHeader(h); err != nil {
		return err
	}
	if content != nil {
		if _, err := io.Copy(out, content); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return out.Close()
}

// rewrite copies a tar stream; change changes each entry's header, or says that
// it is left out.
func rewrite(w io.Writer, r io.Reader, change func(*tar.Header) bool) error {
	in, out := tar.NewReader(r), tar.NewWriter(w)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out.Close()
		}
		if err != nil {
			return err
		}
		if !change(h) {
			continue
		}
		if h.Typeflag == tar.TypeDir {
			h.Name += "/" // as tar(1) has it
		}
		h.Format = tar.FormatUnknown // names may be too long for what it was
		if err := out.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(out, in); err != nil {
			return err
		}
	}
}
