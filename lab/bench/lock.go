package bench

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ErrHeld says that another byhand works in the bench.
var ErrHeld = errors.New("another byhand works in it")

// hold takes the lock that tells a bench in use from one left behind: it ends
// with the process that holds it, however that ends.
func (b *Bench) hold() error {
	f, err := os.OpenFile(b.Path("lock"), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("lock bench: %w", err)
	}
	if err := lock(f); err != nil {
		f.Close()
		return fmt.Errorf("lock bench %s: %w", b.Dir, err)
	}
	b.lock = f
	return nil
}

// lock locks an open file, and makes sure that it is still the one of that
// name: whoever held it before may have removed it.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrHeld
	}
	if err != nil {
		return fmt.Errorf("flock: %w", err)
	}
	locked, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(f.Name())
	if err != nil {
		return err
	}
	if !os.SameFile(locked, named) {
		return ErrHeld
	}
	return nil
}

// Close lets go of the bench and leaves it standing.
func (b *Bench) Close() error { return b.lock.Close() }
