package image

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// ExportOptions say how Export writes owners, and who listens. Each field may
// be nil.
type ExportOptions struct {
	// UID gives the number that a user has in the archive, and false for one
	// that has none. The archive of a root in a user namespace shall hold the
	// numbers that are seen inside, see IDMap. Nil keeps them as they are.
	UID func(uint32) (uint32, bool)
	// GID does the same for groups.
	GID func(uint32) (uint32, bool)
	// Omit, where set, says of a file that it is no part of the archive, with
	// all below it where it is a directory.
	Omit func(name string) bool
	// Report is called as the work goes on, with the number of entries begun
	// and of bytes of file content read so far.
	Report func(entries int, bytes int64)
	// Skipped is called for each file that is left out or not written as it
	// was, such as a socket or a file that changed while it was read.
	Skipped func(name, why string)
}

// Summary counts what Export wrote and what it could not write.
type Summary struct {
	// Entries are the files, directories and links in the archive.
	Entries int
	// Bytes are those of file content, without holes.
	Bytes int64
	// Sockets were left out: a socket is nothing without the process behind it.
	Sockets int
	// MountPoints are in the archive, what is mounted there is not.
	MountPoints int
	// Vanished files were deleted after their directory had been read.
	Vanished int
	// Changed files were written to while they were read. Their entries may
	// mix old content and new; what a file lost at its end is zeros.
	Changed int
	// Unreadable files, or their contents, were refused by the kernel.
	Unreadable int
	// Unmapped files belong to somebody who has no number in the user
	// namespace, and in the archive to nobody.
	Unmapped int
}

// Export writes the tree at dir as a tar stream, as docker export does: plain
// PAX, every name relative to dir, owners as numbers. dir may be the root of a
// running process, /proc/PID/root.
//
// The same tree gives the same bytes: names are sorted, and the time of access
// is not kept. What is mounted beneath dir stays out, as do sockets. The tree
// may change meanwhile; the archive is valid all the same, and Summary tells.
// An error ends the stream early. Cancelling ctx does not interrupt a Write
// that waits.
func Export(ctx context.Context, w io.Writer, dir string, opts ExportOptions) (Summary, error) {
	top, err := openRoot(dir)
	if err != nil {
		return Summary{}, fmt.Errorf("export: %w", err)
	}
	defer top.close()
	sum, err := export(ctx, w, top.fd, opts)
	if err != nil {
		return sum, fmt.Errorf("export %s: %w", dir, err)
	}
	return sum, nil
}

// ExportFD is Export of the directory that is open at fd, which may have been
// opened with O_PATH and stays open.
func ExportFD(ctx context.Context, w io.Writer, fd int, opts ExportOptions) (Summary, error) {
	sum, err := export(ctx, w, fd, opts)
	if err != nil {
		return sum, fmt.Errorf("export descriptor %d: %w", fd, err)
	}
	return sum, nil
}

func export(ctx context.Context, w io.Writer, top int, opts ExportOptions) (Summary, error) {
	return newExporter(ctx, w, opts).archive(top)
}

func newExporter(ctx context.Context, w io.Writer, opts ExportOptions) *exporter {
	return &exporter{
		ctx:   ctx,
		out:   bufio.NewWriterSize(w, chunk),
		opts:  opts,
		links: map[inode]linked{},
		buf:   make([]byte, 4*chunk),
		zero:  make([]byte, chunk),
	}
}

// archive writes the whole tree at top, and the archive's end.
func (e *exporter) archive(top int) (Summary, error) {
	if err := e.root(top); err != nil {
		return e.sum, err
	}
	// Two empty blocks end an archive, see tar(5).
	if _, err := e.out.Write(e.zero[:2*blockSize]); err != nil {
		return e.sum, fmt.Errorf("write the end of the archive: %w", err)
	}
	if err := e.out.Flush(); err != nil {
		return e.sum, fmt.Errorf("write the end of the archive: %w", err)
	}
	return e.sum, nil
}

// exporter is the state of one call of Export.
type exporter struct {
	ctx   context.Context
	out   *bufio.Writer
	opts  ExportOptions
	sum   Summary
	links map[inode]linked
	buf   []byte // for reading
	zero  []byte // zeros
	head  []byte // for headers
	// layered says that the tree is the upper directory of an overlay.
	layered bool
}

func (e *exporter) report() {
	if e.opts.Report != nil {
		e.opts.Report(e.sum.Entries, e.sum.Bytes)
	}
}

// skipped counts a lack in one of Summary's counters and tells of it.
func (e *exporter) skipped(counter *int, name, why string) {
	*counter++
	if e.opts.Skipped != nil {
		e.opts.Skipped(name, why)
	}
}

// lack counts a file that is gone, or that the kernel refused to show. Only
// where this process lacks the means to go on does it return an error.
func (e *exporter) lack(name string, err error) error {
	switch {
	case isAny(err, unix.EMFILE, unix.ENFILE, unix.ENOMEM):
		return fmt.Errorf("entry %q: %w", name, err)
	case isAny(err, unix.ENOENT, unix.ESTALE):
		e.skipped(&e.sum.Vanished, name, "vanished before it was read")
	default:
		e.skipped(&e.sum.Unreadable, name, err.Error())
	}
	return nil
}
