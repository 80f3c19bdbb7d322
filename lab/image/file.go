package image

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// chunk is how much of a file is read, and left a hole if empty, at a time.
const chunk = 64 << 10

// file makes a regular file. O_EXCL with O_CREAT never opens what is there
// already, so a link that an earlier entry laid can't be written through.
// Until its content, owner and attributes stand, the file is the caller's only.
func (u *unpacker) file(at spot, hdr *tar.Header, body io.Reader) error {
	var fd int
	err := at.create(func() (err error) {
		fd, err = unix.Openat(at.dir, at.base, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		return err
	})
	if err != nil {
		return fmt.Errorf("openat: %w", err)
	}
	f := os.NewFile(uintptr(fd), at.name)
	defer f.Close()
	if err := u.content(f, hdr.Size, body); err != nil {
		return err
	}
	mode, err := u.ownerAndXattrs(at, hdr)
	if err != nil {
		return err
	}
	if err := unix.Fchmod(fd, mode); err != nil {
		return fmt.Errorf("fchmod %#o: %w", mode, err)
	}
	if err := setTimes(at, hdr); err != nil {
		return err
	}
	// Some file systems tell only now that there was no room.
	if err := f.Close(); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// content copies size bytes to f. A chunk of zeros becomes a hole: a sparse
// file, such as a /var/log/lastlog of many gigabytes, reads as zeros in the
// archive's stream and would otherwise fill the disk.
func (u *unpacker) content(f *os.File, size int64, body io.Reader) error {
	for at := int64(0); at < size; {
		if err := u.ctx.Err(); err != nil {
			return err
		}
		part := u.buf[:min(chunk, size-at)]
		if n, err := io.ReadFull(body, part); err != nil {
			return fmt.Errorf("read: content ends after %d of %d bytes: %w", at+int64(n), size, err)
		}
		at += int64(len(part))
		switch {
		case !isZero(part):
			if _, err := f.WriteAt(part, at-int64(len(part))); err != nil {
				return err
			}
		case at == size: // a hole at the end must be there in the file's size
			if err := f.Truncate(size); err != nil {
				return err
			}
		}
		u.bytes += int64(len(part))
		u.report()
	}
	return nil
}

// isZero tells whether all of b is zero: its first byte is, and each byte
// equals its neighbour.
func isZero(b []byte) bool {
	return b[0] == 0 && bytes.Equal(b[1:], b[:len(b)-1])
}
