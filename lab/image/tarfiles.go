package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// archive are the files of a tar archive.
type archive struct {
	places map[string]extent
	links  map[string]string // symbolic links; older versions of docker save have layers twice so
	in     io.ReaderAt
	spool  *os.File
}

// extent is where a file's content lies in the archive.
type extent struct{ offset, size int64 }

// openArchive lists the files of the archive r, plain or compressed. One that
// can be read only from its beginning to its end, or is compressed, is first
// copied to a temporary file, which has no name and so can't be left behind.
func openArchive(ctx context.Context, r io.Reader) (*archive, error) {
	s := &archive{places: map[string]extent{}, links: map[string]string{}}
	in, size, err := s.plain(ctx, r)
	if err != nil {
		s.close()
		return nil, err
	}
	s.in = in
	if err := s.index(io.NewSectionReader(in, 0, size)); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *archive) close() {
	if s.spool != nil {
		s.spool.Close()
	}
}

// plain returns the archive r as a plain tar stream that can be read anywhere.
func (s *archive) plain(ctx context.Context, r io.Reader) (io.ReaderAt, int64, error) {
	// The file's own offset is left alone, so that the caller may go on to
	// Unpack with it.
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			head := make([]byte, 8)
			n, err := f.ReadAt(head, 0)
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, 0, err
			}
			if _, compressed := recognise(head[:n]); !compressed {
				return f, info.Size(), nil
			}
			r = io.NewSectionReader(f, 0, info.Size())
		}
	}
	in, err := decompress(r)
	if err != nil {
		return nil, 0, err
	}
	defer in.Close()
	if s.spool, err = os.CreateTemp("", "image-*.tar"); err != nil {
		return nil, 0, err
	}
	if err := os.Remove(s.spool.Name()); err != nil {
		return nil, 0, err
	}
	size, err := io.Copy(s.spool, interruptible{ctx, in})
	if err != nil {
		return nil, 0, fmt.Errorf("copy the archive: %w", err)
	}
	return s.spool, size, nil
}

// index notes where each file's content is. It works because tar.Reader reads
// no further than the header that it returns.
func (s *archive) index(in *io.SectionReader) error {
	t := tar.NewReader(in)
	for n := 0; ; n++ {
		hdr, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && n == 0:
			return fmt.Errorf("this is not a tar archive: %w", err)
		case err != nil:
			return fmt.Errorf("after %d entries: %w", n, err)
		}
		name, err := confine(hdr.Name)
		if err != nil {
			continue // nothing of an image has such a name
		}
		switch {
		case hdr.Typeflag == tar.TypeReg && !isSparse(hdr):
			at, err := in.Seek(0, io.SeekCurrent)
			if err != nil {
				return err
			}
			s.places[name] = extent{at, hdr.Size}
		case hdr.Typeflag == tar.TypeSymlink, hdr.Typeflag == tar.TypeLink:
			s.links[name] = target(hdr, name)
		}
	}
}

// target is the name that the link name means.
func target(hdr *tar.Header, name string) string {
	if hdr.Typeflag == tar.TypeSymlink && !path.IsAbs(hdr.Linkname) {
		return path.Join(path.Dir(name), hdr.Linkname)
	}
	to, _ := confine(hdr.Linkname)
	return to
}

// isSparse tells whether an entry's content is not all of its bytes in a row.
func isSparse(hdr *tar.Header) bool {
	return hdr.PAXRecords["GNU.sparse.major"] != "" || hdr.PAXRecords["GNU.sparse.map"] != ""
}

func (s *archive) has(name string) bool {
	_, ok := s.places[name]
	return ok
}

// open returns the content of the file name, through one link at most.
func (s *archive) open(name string) (*io.SectionReader, error) {
	name, err := confine(name)
	if err != nil {
		return nil, err
	}
	if to, ok := s.links[name]; ok {
		name = to
	}
	e, ok := s.places[name]
	if !ok {
		return nil, fmt.Errorf("the archive lacks its file %s", name)
	}
	return io.NewSectionReader(s.in, e.offset, e.size), nil
}
