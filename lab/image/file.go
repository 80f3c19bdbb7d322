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

// content copies size bytes to f. What is zeros becomes a hole: a sparse file,
// such as a /var/log/lastlog of many gigabytes, reads as zeros in the archive's
// stream and would otherwise fill the disk.
func (u *unpacker) content(f *os.File, size int64, body io.Reader) error {
	// A hole at the end must be there in the file's size. Setting it first
	// finds out before the work whether the file system takes such a file.
	if size > 0 {
		if err := f.Truncate(size); err != nil {
			return err
		}
	}
	for at := int64(0); at < size; {
		if err := u.ctx.Err(); err != nil {
			return err
		}
		part := u.buf[:min(chunk, size-at)]
		if n, err := io.ReadFull(body, part); err != nil {
			return fmt.Errorf("read: content ends after %d of %d bytes: %w", at+int64(n), size, err)
		}
		if err := writeIslands(f, part, at); err != nil {
			return err
		}
		at += int64(len(part))
		u.bytes += int64(len(part))
		u.report()
	}
	return nil
}

// page is the smallest hole worth making: file systems allot room in blocks of
// this size, or larger.
const page = 4 << 10

// writeIslands writes part to f at offset at, save its pages of zeros.
func writeIslands(f *os.File, part []byte, at int64) error {
	if isZero(part) { // most of a large hole
		return nil
	}
	for start := 0; start < len(part); {
		end := start
		for end < len(part) && !isZero(part[end:min(end+page, len(part))]) {
			end = min(end+page, len(part))
		}
		if end > start {
			if _, err := f.WriteAt(part[start:end], at+int64(start)); err != nil {
				return err
			}
		}
		start = end + page // a page of zeros, or the end
	}
	return nil
}

// isZero tells whether all of b is zero: its first byte is, and each byte
// equals its neighbour.
func isZero(b []byte) bool {
	return b[0] == 0 && bytes.Equal(b[1:], b[:len(b)-1])
}
