package state

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/lab/container"
	"byhand/lab/network"
	"byhand/lab/sys"
	"byhand/lab/words"
)

// Store is the directory that containers are kept in.
type Store struct{ Dir string }

// ErrNone says that there is no such container.
const ErrNone = words.Error("No such container")

// ErrTaken says that another container has the name.
const ErrTaken = words.Error("Conflict")

// Group is what the names of the containers' cgroups begin with. They say which
// directory they belong to, so that a sweep takes nobody else's.
func (s Store) Group() string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.Dir)) // it never fails
	return fmt.Sprintf("byhand-lab-%08x-", h.Sum32())
}

// Bridge is the network of the containers. Like the cgroups it is named after
// the directory, so that two engines' don't meet: 15 bytes, all that a device's
// name may have.
func (s Store) Bridge() network.Bridge {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.Dir)) // it never fails
	return network.Bridge{Name: fmt.Sprintf("byhand-%08x", h.Sum32()), Dir: filepath.Join(s.Dir, "network")}
}

// Create makes a container's directory, under a name that nobody else has.
func (s Store) Create(name string, c container.Config) (Box, error) {
	b := s.box(c.ID)
	for _, dir := range []string{"containers", "names", "trash"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, dir), 0o700); err != nil {
			return b, fmt.Errorf("make the directory of containers: %w", err)
		}
	}
	done, err := s.making(unix.LOCK_SH)
	if err != nil {
		return b, err
	}
	defer done()
	// Before the name: a name that leads to no directory is anybody's.
	if err := os.Mkdir(b.Dir, 0o700); err != nil {
		return b, fmt.Errorf("create container %s: %w", name, err)
	}
	if err := s.claim(name, c.ID); err != nil {
		return b, errors.Join(err, os.Remove(b.Dir))
	}
	if err := b.SetConfig(c); err != nil {
		_ = os.Remove(s.link(name))
		_ = os.RemoveAll(b.Dir)
		return b, fmt.Errorf("create container %s: %w", name, err)
	}
	b.Note("create")
	return b, nil
}

// making locks the making of containers: LOCK_SH is held while one is made, and
// LOCK_EX by who removes what was made by halves. The kernel unlocks for those
// that were killed.
func (s Store) making(how int) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(s.Dir, "making.lock"), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the directory of containers: %w", err)
	}
	if err := sys.Flock(int(f.Fd()), how); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock the directory of containers: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

// claim takes a name for an ID. A link to nothing was left by a crash.
func (s Store) claim(name, id string) error {
	for {
		err := os.Symlink(id, s.link(name))
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		other, err := os.Readlink(s.link(name))
		if err != nil {
			continue // it has just gone
		}
		if _, err := os.Stat(s.box(other).Dir); err == nil {
			return fmt.Errorf("%w. %w", ErrTaken, words.Errorf("The container name \"/%s\" is already in use by container %q. "+
				"You have to remove (or rename) that container to be able to reuse that name.", name, other))
		}
		if err := os.Remove(s.link(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
}

func (s Store) link(name string) string { return filepath.Join(s.Dir, "names", name) }

func (s Store) box(id string) Box {
	return Box{ID: id, Dir: filepath.Join(s.Dir, "containers", id), store: s}
}

// Find returns the container of a name, an ID, or the beginning of one.
func (s Store) Find(key string) (Box, error) {
	none := fmt.Errorf("%w: %s", ErrNone, key)
	key = strings.TrimPrefix(key, "/")
	if key == "" || strings.Contains(key, "/") || strings.HasPrefix(key, ".") {
		return Box{}, none
	}
	for _, id := range []string{key, s.named(key)} {
		if _, err := os.Stat(filepath.Join(s.box(id).Dir, "config.json")); id != "" && err == nil {
			return s.box(id), nil
		}
	}
	ids, err := s.ids()
	if err != nil {
		return Box{}, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !strings.HasPrefix(id, key) })
	switch len(ids) {
	case 0:
		return Box{}, none
	case 1:
		return s.box(ids[0]), nil
	}
	return Box{}, fmt.Errorf("multiple IDs found with provided prefix: %s", key)
}

func (s Store) named(name string) string {
	id, _ := os.Readlink(s.link(name))
	return id
}

// ids lists the containers' directories.
func (s Store) ids() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.Dir, "containers"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Name())
	}
	return ids, nil
}

// List returns every container, the newest first.
func (s Store) List() ([]Listed, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	var all []Listed
	for _, id := range ids {
		l := Listed{Box: s.box(id), Name: names[id]}
		if l.Config, err = l.Box.Config(); errors.Is(err, fs.ErrNotExist) {
			continue // being made, or being removed
		}
		if err != nil {
			return nil, err
		}
		if l.Status, err = l.Box.Status(); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Listed) int { return b.Config.Created.Compare(a.Config.Created) })
	return all, nil
}

// Listed is a container with what is known of it.
type Listed struct {
	// Box is where it is kept.
	Box Box
	// Name is what it is called.
	Name string
	// Config is what it is to be.
	Config container.Config
	// Status is how it fares.
	Status Status
}

// names returns the containers' names by their ID.
func (s Store) names() (map[string]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.Dir, "names"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list names of containers: %w", err)
	}
	names := map[string]string{}
	for _, e := range entries {
		if id := s.named(e.Name()); id != "" {
			names[id] = e.Name()
		}
	}
	return names, nil
}
