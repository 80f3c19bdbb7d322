package image

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// file exports the regular file f, whose header so far is h.
func (e *exporter) file(f found, h header) error {
	// The file itself is opened, not its name, which may be another's by now:
	// that of a device, which would notice.
	fd, err := unix.Open(procFD(f.fd), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return e.lack(f.name, fmt.Errorf("open: %w", err))
	}
	defer unix.Close(fd)
	data, err := islands(fd, f.stat)
	if err != nil {
		return e.lack(f.name, err)
	}
	var sparse []byte
	if data == nil {
		data = []island{{0, f.stat.Size}}
	} else {
		h, sparse = h.sparse(data)
	}
	e.remember(f)
	if err := e.entry(f, byFD(fd), h); err != nil {
		return err
	}
	if err := e.content(fd, f, data, sparse, h.size); err != nil {
		return fmt.Errorf("entry %q: %w", f.name, err)
	}
	return nil
}

// content writes the map of a sparse file, if it is one, then its data.
func (e *exporter) content(fd int, f found, data []island, sparse []byte, size int64) error {
	if _, err := e.out.Write(sparse); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	var refused *readError
	whole := true
	for _, d := range data {
		read, err := e.data(fd, d)
		if err != nil && !errors.As(err, &refused) {
			return err
		}
		whole = whole && read == d.size
		// The header has promised a size.
		if err := e.zeros(d.size - read); err != nil {
			return err
		}
	}
	if refused != nil {
		e.skipped(&e.sum.Unreadable, f.name, refused.Error()+"; zeros stand for what is missing")
	} else if err := e.compare(fd, f, whole); err != nil {
		return err
	}
	return e.zeros(padding(size))
}

// readError is an error of reading a file. Writing the archive may fail too,
// and that ends it.
type readError struct{ error }

func (r *readError) Unwrap() error { return r.error }

// data copies the island d and returns how much of it there was.
func (e *exporter) data(fd int, d island) (int64, error) {
	for done := int64(0); done < d.size; {
		if err := e.ctx.Err(); err != nil {
			return done, err
		}
		part := e.buf[:min(int64(len(e.buf)), d.size-done)]
		var n int
		err := retry(func() (err error) {
			n, err = unix.Pread(fd, part, d.offset+done)
			return err
		})
		if err != nil {
			return done, &readError{fmt.Errorf("pread64 at %d: %w", d.offset+done, err)}
		}
		if n == 0 { // the file ends here now
			return done, nil
		}
		if _, err := e.out.Write(part[:n]); err != nil {
			return done, fmt.Errorf("write: %w", err)
		}
		done += int64(n)
		e.sum.Bytes += int64(n)
		e.report()
	}
	return d.size, nil
}

// zeros writes n zero bytes.
func (e *exporter) zeros(n int64) error {
	for n > 0 {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		part := e.zero[:min(int64(len(e.zero)), n)]
		if _, err := e.out.Write(part); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		n -= int64(len(part))
	}
	return nil
}

// compare looks at the file once more, as GNU tar does, and tells whether it
// changed while it was read. whole is false if its end was missing.
func (e *exporter) compare(fd int, f found, whole bool) error {
	var now unix.Stat_t
	if err := unix.Fstat(fd, &now); err != nil {
		return fmt.Errorf("fstat: %w", err)
	}
	switch {
	case !whole:
		e.skipped(&e.sum.Changed, f.name, fmt.Sprintf("shrank from %d bytes to %d while it was read; its end is zeros", f.stat.Size, now.Size))
	case now.Size != f.stat.Size, now.Mtim != f.stat.Mtim:
		e.skipped(&e.sum.Changed, f.name, "changed while it was read")
	}
	return nil
}
