// Package bench is the one place on the machine that a lesson may change: a
// directory, and the processes that stand in it.
package bench

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"byhand/lab/sys"
)

// Bench is a lesson's place of work.
type Bench struct {
	// ID names the bench.
	ID string
	// Dir is the bench's directory, the value of LAB in the commands shown.
	Dir string
	// Source says where the root file system comes from, as --rootfs does.
	Source string
	// Trace gets the system calls that are made for the bench.
	Trace *sys.Tracer
	// Work, where set, is told how far a long operation has come.
	Work func(what string, done, total int64, unit string)

	lock *os.File
}

// marker begins the environment variable that names a bench in the processes
// that byhand starts of itself, until they have taken their new root.
const marker = "BYHAND_BENCH="

// New makes a bench in a directory of its own below dir, and holds it until
// Close or the end of this process.
func New(dir string) (*Bench, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the directory of benches: %w", err)
	}
	id := make([]byte, 3)
	_, _ = rand.Read(id) // it never fails
	b := &Bench{ID: hex.EncodeToString(id)}
	b.Dir = filepath.Join(dir, b.ID)
	if err := os.Mkdir(b.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make bench: %w", err)
	}
	if err := b.hold(); err != nil {
		return nil, err
	}
	return b, nil
}

// Open opens a bench that stands; ErrHeld where another byhand works in it.
func Open(dir string) (*Bench, error) {
	b := &Bench{ID: filepath.Base(dir), Dir: dir}
	return b, b.hold()
}

// hold takes the lock that tells a bench in use from one left behind: it ends
// with the process that holds it, however that ends.
func (b *Bench) hold() error {
	f, err := os.OpenFile(b.Path("lock"), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("lock bench: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return fmt.Errorf("lock bench %s: %w", b.Dir, err)
	}
	b.lock = f
	return nil
}

// Close lets go of the bench and leaves it standing.
func (b *Bench) Close() error { return b.lock.Close() }

// Path returns the path of a file of the bench.
func (b *Bench) Path(elem ...string) string {
	return filepath.Join(append([]string{b.Dir}, elem...)...)
}

// Root returns the directory of the root file system.
func (b *Bench) Root() string { return b.Path("rootfs") }

// Env is what a process started for the bench carries in its environment.
func (b *Bench) Env() string { return marker + b.Dir }
