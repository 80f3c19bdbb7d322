// Package bench is the one place on the machine that a lesson may change: a
// directory, and the processes that stand in it.
package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	// Meter, where set, is told the readings of a measurement under way.
	Meter func(Reading)
	// Subject, where set, is what is judged in place of what Dir holds.
	Subject *Subject

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
	for {
		b := &Bench{ID: newID(dir)}
		b.Dir = filepath.Join(dir, b.ID)
		err := os.Mkdir(b.Dir, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("make bench: %w", err)
		}
		err = b.hold()
		if errors.Is(err, ErrHeld) || errors.Is(err, fs.ErrNotExist) {
			continue // a `byhand clean` came in between, and took it for left behind
		}
		return b, err
	}
}

// Open opens a bench, or what is left of one; ErrHeld where another byhand
// works in it.
func Open(dir string) (*Bench, error) {
	b := &Bench{ID: filepath.Base(dir), Dir: dir}
	// Of one whose directory is gone, processes may still stand: with a
	// directory it is held and destroyed like any other.
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("open bench: %w", err)
	}
	if err := b.hold(); err != nil {
		return nil, err
	}
	return b, nil
}

// Path returns the path of a file of the bench.
func (b *Bench) Path(elem ...string) string {
	if path, found := b.elsewhere(elem); found {
		return path
	}
	return filepath.Join(append([]string{b.Dir}, elem...)...)
}

// Root returns the directory of the root file system.
func (b *Bench) Root() string { return b.Path("rootfs") }

// Env is what a process started for the bench carries in its environment.
func (b *Bench) Env() string { return marker + b.Dir }
