package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sys/unix"
)

// Partial is a blob of which a part has come. It outlives a run that is cut:
// the next one goes on where this one ended.
type Partial struct {
	s    *Store
	f    *os.File
	want v1.Descriptor
	sum  *sum
}

// Resume opens what there is of a blob, and keeps others from it; it waits for
// one who has it. Where the blob is there as a whole, it returns nil.
func (s *Store) Resume(ctx context.Context, d v1.Descriptor) (*Partial, error) {
	if d.Digest.Algorithm != "sha256" {
		return nil, fmt.Errorf("blob %s: only sha256 digests are known here", d.Digest)
	}
	for !s.Has(d.Digest) {
		p, err := s.openPartial(d)
		if p != nil || err != nil {
			return p, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil, nil
}

// openPartial returns nil where somebody else has it.
func (s *Store) openPartial(d v1.Descriptor) (*Partial, error) {
	path := s.path("partial", d.Digest.Hex)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, nil
	}
	// Who had it before may have made it whole meanwhile, and renamed it.
	ours, err := f.Stat()
	named, err2 := os.Stat(path)
	if err != nil || err2 != nil || !os.SameFile(ours, named) {
		f.Close()
		return nil, nil
	}
	p := &Partial{s, f, d, newSum()}
	if _, err := io.Copy(p.sum, f); err != nil {
		f.Close()
		return nil, err
	}
	if p.sum.n > d.Size {
		return p, p.Restart()
	}
	return p, nil
}

// Has is how many bytes there are.
func (p *Partial) Has() int64 { return p.sum.n }

// Write adds bytes, and refuses more than were promised.
func (p *Partial) Write(b []byte) (int, error) {
	if p.sum.n+int64(len(b)) > p.want.Size {
		return 0, fmt.Errorf("blob %s: %w: %d bytes were promised, and more come", p.want.Digest, ErrLie, p.want.Size)
	}
	n, err := p.f.Write(b)
	_, _ = p.sum.Write(b[:n])
	return n, err
}

// Restart forgets what there is.
func (p *Partial) Restart() error {
	p.sum = newSum()
	_, err := p.f.Seek(0, io.SeekStart)
	return errors.Join(p.f.Truncate(0), err)
}

// Commit makes the blob whole. One that is not what was promised is forgotten.
func (p *Partial) Commit() error {
	if err := check(p.want, p.sum.n, p.sum.Hash); err != nil {
		return errors.Join(err, p.Restart())
	}
	return p.s.keep(p.f, "blobs/sha256/"+p.want.Digest.Hex)
}

// Close lets go of what there is; it stays for the next time.
func (p *Partial) Close() { p.f.Close() }
