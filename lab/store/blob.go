package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// smallLimit bounds what is read into memory: a manifest or a configuration.
const smallLimit = 8 << 20

// Has tells whether the store has the blob h.
func (s *Store) Has(h v1.Hash) bool {
	_, err := os.Stat(s.blob(h))
	return err == nil
}

// blob is where the blob h lies. Its digest was parsed, so it is hexadecimal.
func (s *Store) blob(h v1.Hash) string { return s.path("blobs", "sha256", h.Hex) }

// BlobSize is how many bytes the blob h takes.
func (s *Store) BlobSize(h v1.Hash) (int64, error) {
	info, err := os.Stat(s.blob(h))
	if err != nil {
		return 0, fmt.Errorf("blob %s: %w", h, err)
	}
	return info.Size(), nil
}

// Put keeps what r gives as the blob d.Digest, and refuses it if its digest or
// size is another.
func (s *Store) Put(d v1.Descriptor, r io.Reader) error {
	if d.Digest.Algorithm != "sha256" {
		return fmt.Errorf("blob %s: only sha256 digests are known here", d.Digest)
	}
	if s.Has(d.Digest) {
		return nil
	}
	f, err := os.CreateTemp(s.path("tmp"), "blob-*")
	if err != nil {
		return fmt.Errorf("blob %s: %w", d.Digest, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	sum := sha256.New()
	// One byte more than was promised is enough to know the lie.
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(r, d.Size+1))
	if err != nil {
		return fmt.Errorf("blob %s: %w", d.Digest, err)
	}
	if err := check(d, n, sum); err != nil {
		return err
	}
	return s.keep(f, "blobs/sha256/"+d.Digest.Hex)
}

// check compares what came with what was promised.
func check(d v1.Descriptor, n int64, sum hash.Hash) error {
	if n != d.Size {
		return fmt.Errorf("blob %s: %w: %d bytes were promised, and %d came", d.Digest, ErrLie, d.Size, n)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != d.Digest.Hex {
		return fmt.Errorf("blob %s: %w: what came has the digest sha256:%s", d.Digest, ErrLie, got)
	}
	return nil
}

// ErrLie says that a blob is not what its digest or size says.
var ErrLie = errors.New("not what was promised")

// PutBytes keeps b and returns its descriptor, without a media type.
func (s *Store) PutBytes(b []byte) (v1.Descriptor, error) {
	h, n, err := v1.SHA256(bytes.NewReader(b))
	if err != nil {
		return v1.Descriptor{}, err
	}
	d := v1.Descriptor{Digest: h, Size: n}
	return d, s.Put(d, bytes.NewReader(b))
}

// OpenBlob opens a blob for reading. At its end the reader fails, and does not
// just end, if the disk gave something else than was kept.
func (s *Store) OpenBlob(h v1.Hash) (io.ReadCloser, error) {
	f, err := os.Open(s.blob(h))
	if err != nil {
		return nil, fmt.Errorf("blob %s: %w", h, err)
	}
	return &verified{f, sha256.New(), h}, nil
}

// ReadBlob reads a small blob whole.
func (s *Store) ReadBlob(h v1.Hash) ([]byte, error) {
	r, err := s.OpenBlob(h)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, smallLimit+1))
	if err != nil {
		return nil, err
	}
	if len(b) > smallLimit {
		return nil, fmt.Errorf("blob %s: more than %d bytes; that is no manifest and no configuration", h, smallLimit)
	}
	return b, nil
}

// verified is a file that is hashed as it is read.
type verified struct {
	*os.File
	sum  hash.Hash
	want v1.Hash
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.File.Read(p)
	v.sum.Write(p[:n])
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(v.sum.Sum(nil)); got != v.want.Hex {
			return n, fmt.Errorf("blob %s: damaged on disk: it now has the digest sha256:%s", v.want, got)
		}
	}
	return n, err
}

// WriteTo hides that of os.File, which would not pass through Read.
func (v *verified) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{v})
}
