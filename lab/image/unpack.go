package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Options say how Unpack goes about it. The listeners may be nil.
type Options struct {
	// RootIsCaller says that what the archive calls root is this process, as it
	// is in a user namespace that maps no more than that. The setuid bits of
	// root's files then stay, since they give nobody else's rights away.
	RootIsCaller bool
	// Report is called as the work goes on, with the number of entries begun
	// and of bytes of file content read so far.
	Report func(entries int, bytes int64)
	// Skipped is called for each entry, or property of an entry, that this
	// process may not make, such as a device node without root.
	Skipped func(name, why string)
	// AnyFiles says that the archive need not hold a root: it may be of any files,
	// such as those of a saved image.
	AnyFiles bool
	// Limit bounds the bytes that one layer may have when it is decompressed;
	// 0 does not. A bomb of a megabyte may hold a terabyte.
	Limit int64
}

// Unpack writes the tar stream r, plain or compressed by gzip or zstd, into
// the existing directory dir, as a container's root.
//
// No entry reaches a file outside dir, whatever its name and whatever links
// were laid before it. What stands in an entry's way is replaced, save a
// directory that is not empty. Owners are set when running as root; otherwise
// every file is the caller's, and the setuid and setgid bits are dropped but
// where RootIsCaller lets them stay.
//
// Zeros become holes, so that a sparse file, or what was one before a format
// without holes, takes no more room than it needs.
//
// An error about one entry names it. The archive of a saved image, which holds
// layers and not files, gives ErrNotRoot; see UnpackImage. On error dir keeps
// what was written so far.
func Unpack(ctx context.Context, r io.Reader, dir string, opts Options) error {
	top, err := openRoot(dir)
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	defer top.close()
	plain, err := decompress(r)
	if err != nil {
		return fmt.Errorf("unpack into %s: %w", dir, err)
	}
	defer plain.Close()

	u := newUnpacker(ctx, top, opts)
	if err := u.stream(tar.NewReader(plain)); err != nil {
		return fmt.Errorf("unpack into %s: %w", dir, err)
	}
	if err := u.finishDirs(); err != nil {
		return fmt.Errorf("unpack into %s: %w", dir, err)
	}
	// tar ends at two empty blocks, the compressed stream later. Reading it to
	// its end verifies its checksum, and spares a writer at the other end of a
	// pipe its SIGPIPE.
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return fmt.Errorf("unpack into %s: end of the archive: %w", dir, err)
	}
	return nil
}

// unpacker is the state of one call of Unpack or UnpackImage.
type unpacker struct {
	ctx     context.Context
	root    root
	opts    Options
	asRoot  bool
	dirs    map[inode]lateDir
	buf     []byte
	entries int
	bytes   int64
	layered bool // what is unpacked is a layer of an image
}

func newUnpacker(ctx context.Context, top root, opts Options) *unpacker {
	return &unpacker{
		ctx:    ctx,
		root:   top,
		opts:   opts,
		asRoot: os.Geteuid() == 0,
		dirs:   map[inode]lateDir{},
		buf:    make([]byte, chunk),
	}
}

// stream unpacks every entry of t.
func (u *unpacker) stream(t *tar.Reader) error {
	for {
		if err := u.ctx.Err(); err != nil {
			return err
		}
		hdr, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, tar.ErrHeader) && u.entries == 0:
			return fmt.Errorf("this is not a tar archive: %w", err)
		case err != nil:
			return fmt.Errorf("after %d entries: %w", u.entries, err)
		}
		u.entries++
		u.report()
		if err := u.entry(hdr, t); err != nil {
			return fmt.Errorf("entry %q: %w", hdr.Name, err)
		}
	}
}

// entry unpacks one entry, whose content is body.
func (u *unpacker) entry(hdr *tar.Header, body io.Reader) error {
	if hdr.Typeflag == tar.TypeXGlobalHeader {
		return nil // a remark about the whole archive, as git-archive(1) leaves
	}
	name, err := confine(hdr.Name)
	if err != nil {
		return err
	}
	if name == "." && hdr.Typeflag != tar.TypeDir {
		return errors.New("the root itself must be a directory")
	}
	if u.layered && isWhiteout(name) {
		return nil // see hide
	}
	if !u.layered && !u.opts.AnyFiles {
		if body, err = refuseImage(name, hdr, body); err != nil {
			return err
		}
	}
	dir, err := u.root.parent(name)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	at := u.spot(dir, name)

	switch hdr.Typeflag {
	case tar.TypeDir:
		return u.directory(at, hdr)
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		return u.file(at, hdr, body)
	case tar.TypeSymlink:
		return u.symlink(at, hdr)
	case tar.TypeLink:
		return u.hardLink(at, hdr)
	case tar.TypeFifo, tar.TypeChar, tar.TypeBlock:
		return u.node(at, hdr)
	}
	u.skipped(hdr.Name, fmt.Sprintf("unknown entry type %q", hdr.Typeflag))
	return nil
}

func (u *unpacker) spot(dir int, name string) spot {
	at := newSpot(dir, name)
	if u.layered {
		at.forget = func(id inode) { delete(u.dirs, id) }
	}
	return at
}

func (u *unpacker) report() {
	if u.opts.Report != nil {
		u.opts.Report(u.entries, u.bytes)
	}
}

func (u *unpacker) skipped(name, why string) {
	if u.opts.Skipped != nil {
		u.opts.Skipped(name, why)
	}
}
