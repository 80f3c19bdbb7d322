// Package volume keeps directories of files that outlive the containers that
// use them: docker volume's. Each lies in a directory of its name:
//
//	NAME/_data        the files, as containers see them
//	NAME/volume.json  when it was made, and the user's remarks
//	NAME/_fill        what an image has for it, as far as it is copied
//	NAME/_ready       the same once it is whole, on its way to _data
//
// What is being made or removed has a name that begins with a dot, which no
// volume's does; so a run that is cut leaves nothing half made under a name.
package volume

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"byhand/lab/bench"
	"byhand/lab/mount"
)

// Store is the directory that volumes are kept in.
type Store struct{ Dir string }

// Volume is one of them.
type Volume struct {
	// Name is what it is called; Dir is its directory, of which Data is a part.
	Name, Dir string
	// CreatedAt is when it was made.
	CreatedAt time.Time
	// Labels are the user's remarks.
	Labels map[string]string
}

// Data is the directory with the files.
func (v Volume) Data() string { return filepath.Join(v.Dir, "_data") }

// Anonymous is the label of a volume that nobody named: Docker's.
const Anonymous = "com.docker.volume.anonymous"

// Nameless reports whether nobody named it.
func (v Volume) Nameless() bool {
	_, found := v.Labels[Anonymous]
	return found
}

// ErrNone says that there is no such volume.
var ErrNone = errors.New("no such volume")

// note is what volume.json holds.
type note struct {
	CreatedAt time.Time
	Labels    map[string]string
}

// At is the volume of a name, whether or not it is there.
func (s Store) At(name string) Volume { return Volume{Name: name, Dir: filepath.Join(s.Dir, name)} }

// Create makes a volume; one that is there stays as it is. Whoever is to use
// it holds the store from here until that is written down.
func (s Store) Create(name string, labels map[string]string) (Volume, error) {
	if err := mount.CheckVolumeName(name); err != nil {
		return Volume{}, err
	}
	if v, err := s.Find(name); !errors.Is(err, ErrNone) {
		return v, err
	}
	v := s.At(name)
	v.CreatedAt, v.Labels = time.Now().UTC().Truncate(time.Second), labels
	err := s.make(v)
	if errors.Is(err, fs.ErrExist) { // somebody else has made it meanwhile
		return s.Find(name)
	}
	if err != nil {
		return v, fmt.Errorf("create volume %s: %w", name, err)
	}
	return v, nil
}

// make makes the whole directory under another name, and then renames it.
func (s Store) make(v Volume) error {
	if err := os.MkdirAll(s.Dir, 0o711); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(s.Dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp) // where it was not renamed
	if err := os.Mkdir(filepath.Join(tmp, "_data"), 0o755); err != nil {
		return err
	}
	// Whatever the umask: it is the container's users who go in.
	if err := errors.Join(os.Chmod(tmp, 0o711), os.Chmod(filepath.Join(tmp, "_data"), 0o755)); err != nil {
		return err
	}
	text, err := json.MarshalIndent(note{v.CreatedAt, v.Labels}, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tmp, "volume.json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	if err := syncFS(tmp); err != nil {
		return err
	}
	// Two who want the same name can't both have it.
	return unix.Renameat2(unix.AT_FDCWD, tmp, unix.AT_FDCWD, v.Dir, unix.RENAME_NOREPLACE)
}

// syncFS brings a directory's file system to the disk.
func syncFS(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("syncfs %s: %w", dir, err)
	}
	return nil
}

// Find returns the volume of a name.
func (s Store) Find(name string) (Volume, error) {
	v := s.At(name)
	if mount.CheckVolumeName(name) != nil {
		return v, fmt.Errorf("get %s: %w", name, ErrNone)
	}
	text, err := os.ReadFile(filepath.Join(v.Dir, "volume.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return v, fmt.Errorf("get %s: %w", name, ErrNone)
	}
	var n note
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	if err != nil {
		return v, fmt.Errorf("read volume %s: %w", name, err)
	}
	v.CreatedAt, v.Labels = n.CreatedAt, n.Labels
	return v, nil
}

// List returns the volumes by name.
func (s Store) List() ([]Volume, error) {
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list volumes: %w", err)
	}
	var list []Volume
	for _, e := range entries {
		v, err := s.Find(e.Name())
		if errors.Is(err, ErrNone) { // being made, or being removed
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b Volume) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Remove removes a volume and its files. Whether somebody uses it is for the
// caller to know, who is Alone in the store.
func (s Store) Remove(v Volume) error {
	gone := filepath.Join(s.Dir, ".gone-"+v.Name)
	// At once out of sight, then piece by piece.
	if err := os.Rename(v.Dir, gone); err != nil {
		return fmt.Errorf("remove volume %s: %w", v.Name, err)
	}
	return bench.RemoveTree(gone)
}

// Hold keeps volumes from being removed until done is called: between finding
// one and writing down who uses it.
func (s Store) Hold(ctx context.Context) (done func(), err error) { return s.lock(ctx, unix.LOCK_SH) }

// Alone keeps everybody else from taking volumes into use until done is called.
func (s Store) Alone(ctx context.Context) (done func(), err error) { return s.lock(ctx, unix.LOCK_EX) }

// lock takes hold of the store's directory. The kernel lets go of it with the
// process, so kill -9 leaves nothing locked.
func (s Store) lock(ctx context.Context, how int) (func(), error) {
	if err := os.MkdirAll(s.Dir, 0o711); err != nil {
		return nil, err
	}
	return lock(ctx, s.Dir, how)
}

func lock(ctx context.Context, dir string, how int) (func(), error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(5 * time.Millisecond):
				continue
			}
		}
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
}

// Clean removes what killed runs have left half made or half removed.
func (s Store) Clean(ctx context.Context, removed func(path string)) error {
	if _, err := os.Stat(s.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	done, err := s.Alone(ctx)
	if err != nil {
		return err
	}
	defer done()
	left, err := filepath.Glob(filepath.Join(s.Dir, ".*-*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := bench.RemoveTree(path); err != nil {
			return err
		}
		removed(path)
	}
	return nil
}

// Plain refuses a driver, or options for it, since here every volume is a
// directory on the machine's disk.
func Plain(name, driver string, options map[string]string) error {
	switch {
	case driver != "" && driver != "local":
		return fmt.Errorf("create %s: error looking up volume plugin %s: plugin %q not found", name, driver, driver)
	case len(options) > 0:
		return fmt.Errorf("create %s: this engine's volumes are directories on its own disk, and take no options: for memory use --tmpfs, for another directory -v DIR:TARGET", name)
	}
	return nil
}
