package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"byhand/lab/container"
	"byhand/lab/mount"
	"byhand/lab/volume"
)

// Volumes is where the containers' volumes are kept.
func (s Store) Volumes() volume.Store { return volume.Store{Dir: filepath.Join(s.Dir, "volumes")} }

// Volumes is where the container's volumes are kept, with those of others.
func (b Box) Volumes() volume.Store { return b.store.Volumes() }

// Provide makes the volumes that a container asks for, and gives those without
// a name one. Whoever calls it holds the store of volumes until the container
// is created.
func (s Store) Provide(c *container.Config) error {
	for i, m := range c.Mounts {
		if m.Type != mount.TypeVolume {
			continue
		}
		if err := volume.Plain(m.Source, m.Volume.Driver, m.Volume.DriverOptions); err != nil {
			return err
		}
		if m.Source == "" {
			m.Source, m.Volume.Labels = NewID(), map[string]string{volume.Anonymous: ""}
		}
		if _, err := s.Volumes().Create(m.Source, m.Volume.Labels); err != nil {
			return err
		}
		c.Mounts[i] = m
	}
	return nil
}

// VolumeUsers returns the IDs of the containers that have a volume, by its name.
func (s Store) VolumeUsers() (map[string][]string, error) {
	ids, err := s.ids()
	if err != nil {
		return nil, err
	}
	users := map[string][]string{}
	for _, id := range ids {
		c, err := s.box(id).Config()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, m := range c.Mounts {
			if m.Type == mount.TypeVolume {
				users[m.Source] = append(users[m.Source], id)
			}
		}
	}
	return users, nil
}

// ErrUsed says that containers have the volume.
var ErrUsed = errors.New("volume is in use")

// RemoveVolume removes a volume that no container has.
func (s Store) RemoveVolume(ctx context.Context, name string) error {
	done, err := s.Volumes().Alone(ctx)
	if err != nil {
		return err
	}
	defer done()
	v, err := s.Volumes().Find(name)
	if err != nil {
		return err
	}
	users, err := s.VolumeUsers()
	if err != nil {
		return err
	}
	if list := users[name]; len(list) > 0 {
		return fmt.Errorf("remove %s: %w - %v", name, ErrUsed, list)
	}
	return s.Volumes().Remove(v)
}

// RemoveAll is Remove, and of the container's volumes those that nobody named.
func (b Box) RemoveAll(ctx context.Context) error {
	c, err := b.Config()
	if err != nil {
		return err
	}
	return errors.Join(b.Remove(), b.store.Forget(ctx, c))
}

// nameless are those of a container's volumes that were made for it alone.
func nameless(c container.Config) []string {
	var names []string
	for _, m := range c.Mounts {
		if _, found := m.Volume.Labels[volume.Anonymous]; found && m.Type == mount.TypeVolume {
			names = append(names, m.Source)
		}
	}
	return names
}

// Forget removes the volumes that were made for a container which is gone,
// unless another has taken them.
func (s Store) Forget(ctx context.Context, c container.Config) error {
	var errs []error
	for _, name := range nameless(c) {
		err := s.RemoveVolume(ctx, name)
		if errors.Is(err, volume.ErrNone) || errors.Is(err, ErrUsed) {
			err = nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
