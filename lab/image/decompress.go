package image

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// magic is the first bytes by which a compressed stream is known. A file's
// name proves nothing, and a stream has none.
type magic struct {
	name  string
	bytes []byte
	open  func(io.Reader) (io.ReadCloser, error)
}

var magics = []magic{
	{"gzip", []byte{0x1f, 0x8b}, openGzip},             // RFC 1952, 2.3.1
	{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, openZstd}, // RFC 8878, 3.1.1
	{"xz", []byte{0xfd, '7', 'z', 'X', 'Z', 0}, nil},   // known only to be refused by name
	{"bzip2", []byte{'B', 'Z', 'h'}, nil},
	{"zip", []byte{'P', 'K', 3, 4}, nil},
}

// decompress returns the plain tar stream inside r, which may be plain, gzip
// or zstd. Decoding happens in this process: a helper program would have to be
// looked up in a PATH that the container may one day supply.
func decompress(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(r, 1<<17)
	head, err := in.Peek(8)
	if len(head) == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, errors.New("the archive is empty")
		}
		return nil, fmt.Errorf("read the archive: %w", err)
	}
	m, ok := recognise(head)
	if !ok {
		return io.NopCloser(in), nil
	}
	if m.open == nil {
		return nil, fmt.Errorf("the archive is %s: only plain, gzip and zstd archives can be read", m.name)
	}
	out, err := m.open(in)
	if err != nil {
		return nil, fmt.Errorf("open the %s stream: %w", m.name, err)
	}
	return out, nil
}

// recognise tells how a stream that begins with head is compressed, if it is.
func recognise(head []byte) (magic, bool) {
	for _, m := range magics {
		if bytes.HasPrefix(head, m.bytes) {
			return m, true
		}
	}
	return magic{}, false
}

func openGzip(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

func openZstd(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r)
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}
