package image

import (
	"strconv"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// blockSize is the unit of a tar stream: a header takes one block, content is
// filled up to whole ones.
const blockSize = 512

// The type flags of the ustar format, see tar(5).
const (
	kindFile     = '0'
	kindHardLink = '1'
	kindSymlink  = '2'
	kindChar     = '3'
	kindBlock    = '4'
	kindDir      = '5'
	kindFifo     = '6'
	kindRecords  = 'x' // content is PAX records about the next entry
)

// header is one entry's header. Unlike archive/tar's it may have the records
// of a sparse file, which that package reads but refuses to write.
type header struct {
	kind     byte
	name     string // directories end in "/"
	link     string // target of a link
	mode     uint32 // permissions with setuid, setgid and sticky
	uid, gid uint32
	size     int64 // bytes of content in the archive
	mtime    unix.Timespec
	rdev     uint64   // of a device node
	records  []record // beyond those that encode adds
}

// append adds the header as it stands in the archive to b: the ustar block, and
// before it the PAX records for what has no room there.
//
// PAX is POSIX's extension of tar: records of text for properties that the
// fixed fields can't hold. See pax(1) of POSIX, "pax Extended Header".
func (h header) append(b []byte) []byte {
	records := h.paxRecords()
	if len(records) == 0 {
		return h.appendBlock(b)
	}
	start := len(b)
	b = append(b, make([]byte, blockSize)...)
	for _, r := range records {
		b = r.append(b)
	}
	size := int64(len(b) - start - blockSize)
	b = append(b, make([]byte, padding(size))...)
	// Only now is the size of the records known.
	x := header{kind: kindRecords, name: "PaxHeaders/" + h.name, mode: 0o644, size: size, mtime: h.mtime}
	x.appendBlock(b[:start])
	return h.appendBlock(b)
}

// paxRecords lists the properties that the ustar block can't hold.
func (h header) paxRecords() []record {
	var out []record
	add := func(key, value string) { out = append(out, record{key, value}) }
	// The names in records are UTF-8 unless this record, which has to come
	// first, says that they are just bytes.
	if !utf8.ValidString(h.name) || !utf8.ValidString(h.link) {
		add("hdrcharset", "BINARY")
	}
	if !fitsField(h.name) {
		add("path", h.name)
	}
	if !fitsField(h.link) {
		add("linkpath", h.link)
	}
	for _, n := range []struct {
		key   string
		value int64
		max   int64
	}{{"uid", int64(h.uid), maxOctal8}, {"gid", int64(h.gid), maxOctal8}, {"size", h.size, maxOctal12}} {
		if n.value > n.max {
			add(n.key, strconv.FormatInt(n.value, 10))
		}
	}
	if h.mtime.Nsec != 0 || h.mtime.Sec < 0 || h.mtime.Sec > maxOctal12 {
		add("mtime", paxTime(h.mtime))
	}
	return append(out, h.records...)
}

// The largest numbers that a field of 8 or 12 bytes holds: octal digits and
// the NUL that ends them.
const (
	maxOctal8  = 1<<21 - 1
	maxOctal12 = 1<<33 - 1
)

// appendBlock adds the ustar block to out. A field that its value does not fit
// in is cut, or zero; the record that has it whole takes precedence.
func (h header) appendBlock(out []byte) []byte {
	out = append(out, make([]byte, blockSize)...)
	b := out[len(out)-blockSize:]
	copy(b[0:100], h.name)
	octal(b[100:108], int64(h.mode&0o7777))
	octal(b[108:116], int64(h.uid))
	octal(b[116:124], int64(h.gid))
	octal(b[124:136], h.size)
	octal(b[136:148], h.mtime.Sec)
	b[156] = h.kind
	copy(b[157:257], h.link)
	copy(b[257:265], "ustar\x0000")
	octal(b[329:337], int64(unix.Major(h.rdev)))
	octal(b[337:345], int64(unix.Minor(h.rdev)))
	// The checksum is the sum of all bytes, its own field taken as spaces.
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	octal(b[148:155], int64(sum))
	return out
}

// octal fills a field with v in octal digits and a NUL, or with zero if v is
// negative or too large.
func octal(field []byte, v int64) {
	digits := len(field) - 1
	if v < 0 || v>>(3*digits) != 0 {
		v = 0
	}
	for i := digits - 1; i >= 0; i-- {
		field[i] = '0' + byte(v&7)
		v >>= 3
	}
}

// padding is the number of bytes that fill n up to whole blocks.
func padding(n int64) int64 { return -n & (blockSize - 1) }
