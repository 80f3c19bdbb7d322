package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/container"
	"byhand/lab/network"
	"byhand/lab/rootdir"
	"byhand/lab/store"
)

// Box is a container's directory.
type Box struct {
	// ID is the container's.
	ID string
	// Dir is the directory.
	Dir string

	store Store
}

// Open returns the Box of a directory.
func Open(dir string) Box {
	return Box{ID: filepath.Base(dir), Dir: dir, store: Store{Dir: filepath.Dir(filepath.Dir(dir))}}
}

// Path returns the path of a file of the container's.
func (b Box) Path(elem ...string) string {
	return filepath.Join(append([]string{b.Dir}, elem...)...)
}

// Group is the name of the container's cgroup.
func (b Box) Group() string { return b.store.Group() + b.ID[:12] }

// Bridge is the network that the container is on, if it is on one.
func (b Box) Bridge() network.Bridge { return b.store.Bridge() }

// Root says where the container's root is put together.
func (b Box) Root(c container.Config) rootdir.Overlay {
	return rootdir.Overlay{Lower: c.Lower, Upper: b.Path("upper"), Work: b.Path("work"), Target: b.Path("root")}
}

// Config reads what the container is to be.
func (b Box) Config() (c container.Config, err error) { return c, b.read("config.json", &c) }

// SetConfig writes it.
func (b Box) SetConfig(c container.Config) error { return b.write("config.json", c) }

// Name is what the container is called now.
func (b Box) Name() (string, error) {
	names, err := b.store.names()
	return names[b.ID], err
}

// NameServer is where a container on the bridge asks for names, inside.
const NameServer = "127.0.0.11"

// Beside returns the container of the same directory that has exactly this name,
// in small or capital letters, or this ID, whole or in its first twelve digits.
func (b Box) Beside(name string) (Box, bool) {
	names, err := b.store.names()
	if err != nil {
		return Box{}, false
	}
	for id, called := range names {
		if strings.EqualFold(called, name) || id == name || len(name) == 12 && strings.HasPrefix(id, name) {
			return b.store.box(id), true
		}
	}
	return Box{}, false
}

// Rename gives the container another name.
func (b Box) Rename(name string) error {
	old, err := b.Name()
	if err != nil {
		return err
	}
	if err := b.store.claim(name, b.ID); err != nil {
		return err
	}
	if err := os.Remove(b.store.link(old)); err != nil {
		return err
	}
	b.Note("rename", "oldName", "/"+old)
	return nil
}

func (b Box) read(file string, into any) error {
	text, err := os.ReadFile(b.Path(file))
	if err != nil {
		return fmt.Errorf("container %.12s: %w", b.ID, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("container %.12s: read %s: %w", b.ID, file, err)
	}
	return nil
}

// write replaces a file as a whole: who reads it, even after a crash, finds the
// old text or the new one.
func (b Box) write(file string, value any) error {
	text, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(b.Dir, file+".*")
	if err != nil {
		return fmt.Errorf("container %.12s: %w", b.ID, err)
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), b.Path(file))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("container %.12s: write %s: %w", b.ID, file, err)
	}
	return nil
}

// ErrHeld says that the container has a monitor.
var ErrHeld = errors.New("it has a monitor")

// Hold takes the lock that a monitor holds as long as it lives; ErrHeld where
// another has it.
func (b Box) Hold() (*os.File, error) { return b.lock(unix.LOCK_EX | unix.LOCK_NB) }

// Watched reports whether the container has a monitor.
func (b Box) Watched() bool {
	f, err := b.lock(unix.LOCK_SH | unix.LOCK_NB)
	if err == nil {
		_ = f.Close()
	}
	return errors.Is(err, ErrHeld)
}

func (b Box) lock(how int) (*os.File, error) {
	f, err := os.OpenFile(b.Path("lock"), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("container %.12s: %w", b.ID, err)
	}
	err = unix.Flock(int(f.Fd()), how)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrHeld
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock container %.12s: %w", b.ID, err)
	}
	return f, nil
}

// Remove removes the container's files and its name. Nothing of it may run.
func (b Box) Remove() error {
	name, err := b.Name()
	if err != nil {
		return err
	}
	b.Note("destroy")
	// At once out of sight, then piece by piece.
	trash := filepath.Join(b.store.Dir, "trash", b.ID)
	if err := os.Rename(b.Dir, trash); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove container %.12s: %w", b.ID, err)
	}
	if name != "" {
		if err := os.Remove(b.store.link(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove container %.12s: %w", b.ID, err)
		}
	}
	return errors.Join(b.release(), bench.RemoveTree(trash))
}

// release lets go of the image that the container was made from.
func (b Box) release() error {
	images, err := b.store.images()
	if images == nil || err != nil {
		return err
	}
	return images.Release(b.ID)
}

// images opens the store of images; nil where there never was one.
func (s Store) images() (*store.Store, error) {
	dir := filepath.Join(s.Dir, "images")
	if _, err := os.Stat(dir); err != nil {
		return nil, nil
	}
	return store.Open(dir)
}
