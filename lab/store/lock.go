package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// The store's locks. The kernel drops one with the process that holds it, so
// kill -9 leaves none behind.
const (
	// lockUse is held, shared, by whoever brings in what nothing points to yet,
	// and alone by whoever deletes what nothing points to.
	lockUse = "use.lock"
	// lockIndex is held while index.json is read and written again.
	lockIndex = "index.lock"
	// lockUnpack is held while a layer is unpacked, that nobody does so twice.
	lockUnpack = "unpack.lock"
)

// ErrBusy says that somebody else uses the store.
var ErrBusy = errors.New("the image store is in use")

// Use keeps everything in the store from being deleted until done is called.
// Whoever pulls, loads or builds holds it from the first blob to the name.
func (s *Store) Use(ctx context.Context) (done func(), err error) {
	return s.lock(ctx, lockUse, unix.LOCK_SH)
}

// lock waits for a lock, or for ctx to end.
func (s *Store) lock(ctx context.Context, name string, how int) (unlock func(), err error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		unlock, err = s.tryLock(name, how)
		if !errors.Is(err, ErrBusy) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// tryLock takes a lock, or returns ErrBusy.
func (s *Store) tryLock(name string, how int) (unlock func(), err error) {
	f, err := os.OpenFile(s.path(name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK), errors.Is(err, unix.EINTR):
		f.Close()
		return nil, ErrBusy
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("flock %s: %w", f.Name(), err)
	}
	return func() { f.Close() }, nil
}
