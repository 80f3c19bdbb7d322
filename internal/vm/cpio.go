package vm

import (
	"fmt"
	"io"
)

// cpio writes an archive in the format "newc" that the kernel unpacks as its
// first root file system (Documentation/driver-api/early-userspace/
// buffer-format.rst).
type cpio struct {
	w     io.Writer
	inode int
	err   error
}

// The file types of a mode, as in stat(2).
const (
	typeDir  = 0o040000
	typeFile = 0o100000
)

// add writes a file or directory. Errors are kept for close.
func (c *cpio) add(name string, mode uint32, data []byte) {
	c.inode++
	header := "070701"
	// inode, mode, uid, gid, links, time, size, device, rdev, length of the name, checksum
	for _, n := range []int{c.inode, int(mode), 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0} {
		header += fmt.Sprintf("%08x", n)
	}
	c.put([]byte(header + name + "\x00"))
	c.put(data)
}

// put writes data, filled up to a multiple of four bytes.
func (c *cpio) put(data []byte) {
	for _, part := range [][]byte{data, make([]byte, -len(data)&3)} {
		if c.err == nil {
			_, c.err = c.w.Write(part)
		}
	}
}

// close writes the archive's last entry.
func (c *cpio) close() error {
	c.add("TRAILER!!!", 0, nil)
	return c.err
}
