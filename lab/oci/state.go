package oci

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/cgroup"
)

// Store is where containers are remembered, a directory each.
type Store struct{ Dir string }

// Container is what is remembered of one. Whether its process lives is asked of
// the kernel.
type Container struct {
	// ID is what whoever created it calls it.
	ID string
	// Bundle is the bundle's directory, absolute.
	Bundle string
	// Created is when it was made, and Owner the user id that made it.
	Created time.Time
	Owner   int
	// PID is its first process and Start when that began (proc_pid_stat(5),
	// field 22), so that no later process of the same number is taken for it.
	PID   int
	Start uint64
	// Group is its cgroup, and Parents the groups above it that were made for it.
	Group   *cgroup.Group
	Parents []string
	// Spec is its configuration as it was when it was created.
	Spec specs.Spec

	dir string
}

// Paused is the state of a container that is frozen, which runc has added to
// those of the specification.
const Paused specs.ContainerState = "paused"

// path is a container's directory.
func (s Store) path(id string) (string, error) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-"
	if id == "" || len(id) > 255 || strings.Trim(id, letters) != "" || id[0] == '.' || id[0] == '-' {
		return "", fmt.Errorf("container id %q: want letters, digits and _+.- only", id)
	}
	return filepath.Join(s.Dir, id), nil
}

// claim makes the directory of a new container.
func (s Store) claim(id string) (*Container, error) {
	dir, err := s.path(id)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	err = os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("container with id exists already: %s", id)
	}
	return &Container{ID: id, Created: time.Now().UTC(), Owner: os.Getuid(), dir: dir}, err
}

// Find returns a container by its ID.
func (s Store) Find(id string) (*Container, error) {
	dir, err := s.path(id)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("container %s does not exist", id)
	}
	if err != nil {
		return nil, err
	}
	c := &Container{}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, "state.json"), err)
	}
	c.dir = dir
	return c, nil
}

// All returns every container, by ID.
func (s Store) All() ([]*Container, error) {
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []*Container
	for _, e := range entries {
		if c, err := s.Find(e.Name()); err == nil {
			all = append(all, c)
		}
	}
	return all, err
}

// save writes what is remembered, as a whole or not at all.
func (c *Container) save() error {
	text, err := json.MarshalIndent(c, "", "\t")
	if err != nil {
		return err
	}
	path := filepath.Join(c.dir, "state.json")
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// startSocket is where Start connects, and is gone once somebody did.
func (c *Container) startSocket() string { return filepath.Join(c.dir, "start.sock") }

// Status is what the kernel shows of the container now.
func (c *Container) Status() specs.ContainerState {
	switch {
	case c.PID == 0:
		return specs.StateCreating
	case !kernel.Alive(c.PID, c.Start):
		return specs.StateStopped
	case unix.Access(c.startSocket(), unix.F_OK) == nil:
		return specs.StateCreated
	}
	if c.Group != nil {
		if frozen, err := c.Group.Frozen(); err == nil && frozen {
			return Paused
		}
	}
	return specs.StateRunning
}

// State is the container's as the specification writes it (runtime.md).
func (c *Container) State() specs.State {
	s := specs.State{
		Version: Version(), ID: c.ID, Status: c.Status(), Bundle: c.Bundle, Annotations: c.Spec.Annotations,
	}
	if s.Status != specs.StateStopped {
		s.Pid = c.PID
	}
	return s
}
