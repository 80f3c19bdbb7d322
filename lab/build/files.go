package build

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// source is a file on its way into a layer.
type source struct {
	name     string // in the image
	mode     fs.FileMode
	uid, gid int
	dir      bool
	link     string
	from     *os.Root // where its content is, at path
	path     string
	text     []byte // or its content itself
	isText   bool
	header   *tar.Header // of an entry of an archive that ADD unpacks
	mtime    time.Time
}

// open opens the content and returns its size.
func (f source) open() (io.ReadCloser, int64, error) {
	if f.isText {
		return io.NopCloser(strings.NewReader(string(f.text))), int64(len(f.text)), nil
	}
	in, err := f.from.Open(f.path)
	if err != nil {
		return nil, 0, err
	}
	info, err := in.Stat()
	if err != nil {
		in.Close()
		return nil, 0, err
	}
	return in, info.Size(), nil
}

// hash adds all that the layer depends on, but not the time: a fresh checkout
// of the same files is to find the old layer.
func (f source) hash(w io.Writer) error {
	fmt.Fprintf(w, "%q %o %d:%d %v %q\n", f.name, f.mode, f.uid, f.gid, f.dir, f.link)
	if f.header != nil {
		fmt.Fprintf(w, "%d %q\n", f.header.Typeflag, f.header.Linkname)
	}
	if f.dir || f.link != "" {
		return nil
	}
	in, size, err := f.open()
	if err != nil {
		return err
	}
	defer in.Close()
	fmt.Fprintf(w, "%d\n", size)
	_, err = io.Copy(w, in)
	return err
}

// writeFiles writes files as a layer.
func writeFiles(w io.Writer, files []source) error {
	t := tar.NewWriter(w)
	for _, f := range files {
		if err := f.write(t); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return t.Close()
}

func (f source) write(t *tar.Writer) error {
	h := &tar.Header{Name: f.name, Mode: int64(f.mode.Perm()), Uid: f.uid, Gid: f.gid, Format: tar.FormatPAX}
	for bit, n := range map[fs.FileMode]int64{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if f.mode&bit != 0 {
			h.Mode |= n
		}
	}
	if !f.mtime.IsZero() {
		h.ModTime = f.mtime.Truncate(time.Second)
	}
	switch {
	case f.header != nil:
		h.Typeflag, h.Linkname = f.header.Typeflag, f.header.Linkname
	case f.dir:
		h.Typeflag, h.Name = tar.TypeDir, f.name+"/"
	case f.link != "":
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.link
	}
	if h.Typeflag != 0 && h.Typeflag != tar.TypeReg {
		return t.WriteHeader(h)
	}
	in, size, err := f.open()
	if err != nil {
		return err
	}
	defer in.Close()
	h.Size = size
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(t, in)
	return err
}

// archiveLimit bounds what ADD unpacks: it is held in memory.
const archiveLimit = 1 << 30

// unpackedInto lists an archive's entries below dest. What is no tar archive
// gives ok false.
func unpackedInto(plain io.Reader, dest string) (files []source, ok bool, err error) {
	t := tar.NewReader(plain)
	total := int64(0)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, len(files) > 0, nil
		}
		if err != nil {
			if len(files) == 0 {
				return nil, false, nil
			}
			return nil, true, err
		}
		for part := range strings.SplitSeq(h.Name, "/") {
			if part == ".." {
				return nil, true, fmt.Errorf("entry %q climbs with \"..\"", h.Name)
			}
		}
		f := source{name: path.Join(dest, path.Clean("/"+h.Name)), mode: h.FileInfo().Mode(), mtime: h.ModTime, isText: true, uid: h.Uid, gid: h.Gid}
		switch h.Typeflag {
		case tar.TypeReg:
			if total += h.Size; total > archiveLimit {
				return nil, true, fmt.Errorf("entry %q: more than %d bytes", h.Name, int64(archiveLimit))
			}
			if f.text, err = io.ReadAll(t); err != nil {
				return nil, true, err
			}
		case tar.TypeDir:
			f.dir = true
		case tar.TypeSymlink:
			f.link = h.Linkname
		case tar.TypeLink:
			f.header = &tar.Header{Typeflag: tar.TypeLink, Linkname: path.Join(dest, path.Clean("/"+h.Linkname))}
		default:
			return nil, true, fmt.Errorf("entry %q is neither a file, a directory nor a link", h.Name)
		}
		files = append(files, f)
	}
}

// openContext opens the directory that COPY copies from, and reads its
// .dockerignore.
func (b *builder) openContext() error {
	root, err := os.OpenRoot(b.Context)
	if err != nil {
		return fmt.Errorf("build context: %w", err)
	}
	b.context = root
	b.ignore = func(string) (bool, error) { return false, nil }
	f, err := root.Open(".dockerignore")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	patterns, err := ignorefile.ReadAll(f)
	if err != nil {
		return fmt.Errorf(".dockerignore: %w", err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return fmt.Errorf(".dockerignore: %w", err)
	}
	b.ignore = m.MatchesOrParentMatches
	return nil
}

// isImageDir tells whether the image has a directory of this name; lower are
// its layers, the top one first.
func isImageDir(lower []string, name string) bool {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" {
		return true
	}
	for _, dir := range lower {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return false
		}
		info, err := root.Stat(name)
		root.Close()
		if err == nil {
			return info.IsDir()
		}
	}
	return false
}

// readImageFile reads a small file of the image; one that it has not is empty.
func readImageFile(lower []string, name string) (string, error) {
	for _, dir := range lower {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return "", err
		}
		info, err := root.Lstat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
			root.Close()
			continue
		}
		b, err := root.ReadFile(name)
		root.Close()
		return string(b), err
	}
	return "", nil
}
