package image

import (
	"errors"
	"fmt"
	"path"
	"strconv"

	"golang.org/x/sys/unix"
)

// island is a part of a sparse file that holds data. Between the islands are
// holes: they read as zeros and take no room on the disk.
type island struct{ offset, size int64 }

// maxIslands bounds the memory that a map takes, and its length: readers
// refuse one of more than a megabyte.
const maxIslands = 1 << 14

// islands returns the parts of a file that hold data, or nil if it has no
// holes. A hole at the file's end shows as an empty island there, as GNU tar
// writes it.
func islands(fd int, st unix.Stat_t) ([]island, error) {
	const sector = 512 // the unit of st_blocks on any file system
	if st.Blocks*sector >= st.Size {
		return nil, nil // saves most files the calls below
	}
	var m islandMap
	for pos := int64(0); pos < st.Size; {
		start, err := unix.Seek(fd, pos, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) || err == nil && start >= st.Size {
			break // nothing but a hole from here on
		}
		if errors.Is(err, unix.EINVAL) {
			return nil, nil // this file system doesn't know
		}
		if err != nil {
			return nil, fmt.Errorf("lseek SEEK_DATA: %w", err)
		}
		end, err := unix.Seek(fd, start, unix.SEEK_HOLE)
		if errors.Is(err, unix.ENXIO) {
			break // cut off since the last call
		}
		if err != nil {
			return nil, fmt.Errorf("lseek SEEK_HOLE: %w", err)
		}
		pos = min(end, st.Size)
		m.add(island{start, pos - start})
	}
	if len(m.list) == 1 && m.list[0] == (island{0, st.Size}) {
		return nil, nil
	}
	if end := m.end(); end < st.Size {
		m.list = append(m.list, island{st.Size, 0})
	}
	return m.list, nil
}

// islandMap collects islands from left to right.
type islandMap struct {
	list   []island
	ignore int64 // holes of up to this size count as data
}

func (m *islandMap) end() int64 {
	if len(m.list) == 0 {
		return 0
	}
	last := m.list[len(m.list)-1]
	return last.offset + last.size
}

// add appends d. When the map is full, small holes are given up, then larger
// ones, until half of it is free: a hole is only a saving.
func (m *islandMap) add(d island) {
	m.join(d)
	if len(m.list) < maxIslands {
		return
	}
	for len(m.list) > maxIslands/2 {
		m.ignore = max(2*m.ignore, 4096)
		all := m.list
		m.list = all[:0] // never gets ahead of what is read from all
		for _, d := range all {
			m.join(d)
		}
	}
}

// join appends d, or lets the last island reach to its end if the hole between
// the two is too small to count.
func (m *islandMap) join(d island) {
	if n := len(m.list); n > 0 && d.offset-m.end() <= m.ignore {
		m.list[n-1].size = d.offset + d.size - m.list[n-1].offset
		return
	}
	m.list = append(m.list, d)
}

// sparse turns the header of a regular file into that of one with holes, and
// returns it with the map that comes before the data. This is version 1.0 of
// GNU tar's format: to a program that does not know it, the entry is a file
// "GNUSparseFile.0/NAME" with the map in its content.
// See the manual of GNU tar, appendix "Storing Sparse Files".
func (h header) sparse(data []island) (header, []byte) {
	text := strconv.AppendInt(nil, int64(len(data)), 10)
	text = append(text, '\n')
	stored := int64(0)
	for _, d := range data {
		text = append(strconv.AppendInt(text, d.offset, 10), '\n')
		text = append(strconv.AppendInt(text, d.size, 10), '\n')
		stored += d.size
	}
	text = append(text, make([]byte, padding(int64(len(text))))...)

	h.records = append(h.records,
		record{"GNU.sparse.major", "1"},
		record{"GNU.sparse.minor", "0"},
		record{"GNU.sparse.name", h.name},
		record{"GNU.sparse.realsize", strconv.FormatInt(h.size, 10)},
	)
	h.name = path.Join(path.Dir(h.name), "GNUSparseFile.0", path.Base(h.name))
	h.size = int64(len(text)) + stored
	return h, text
}
