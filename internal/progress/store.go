package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"byhand/internal/places"
)

// Store is where a learner's State is kept.
type Store struct {
	// Dir is the directory, which the first Update makes.
	Dir string
	// Owner is whose files they are.
	Owner places.User
}

// The files in Dir. Aside from these, only files set aside are written there.
const (
	fileName = "progress.json"
	newName  = "progress.json.new"
	lockName = "progress.lock"
)

// Load reads the state, which is a fresh one if nothing was kept yet.
//
// A file that is damaged, or of a later version, is renamed, never removed. The
// notice is then a sentence that says what was wrong and where the file lies
// now, and it must be shown; otherwise it is empty. If the file can't be read
// or renamed, that is an error.
func (s Store) Load() (state *State, notice string, err error) {
	err = s.Owner.Do(func() error {
		root, err := places.Open(s.Dir, s.Owner)
		if errors.Is(err, fs.ErrNotExist) {
			state = newState()
			return nil
		}
		if err != nil {
			return fmt.Errorf("load progress: %w", err)
		}
		defer root.Close()
		// No lock: whoever writes puts the new file into place in one step.
		state, err = read(root)
		if bad := (*unfit)(nil); errors.As(err, &bad) {
			state, notice, err = s.lockedLoad(root)
		}
		if err != nil {
			return fmt.Errorf("load progress: %w", places.Unusable(s.Dir, err))
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return state, notice, nil
}

// Update reads the state, lets change work on it, and writes it. No other
// Update comes between; if change returns an error, nothing is written and the
// error is returned as it is. The notice is that of Load; it must be shown even
// beside an error. Files are opened as the owner while change runs.
func (s Store) Update(change func(*State) error) (notice string, err error) {
	err = s.Owner.Do(func() error {
		root, err := places.Make(s.Dir, s.Owner)
		if err != nil {
			return fmt.Errorf("update progress: %w", err)
		}
		defer root.Close()
		var changeErr error
		notice, err = s.update(root, func(state *State) error {
			changeErr = change(state)
			return changeErr
		})
		switch {
		case changeErr != nil:
			return changeErr
		case err != nil:
			return fmt.Errorf("update progress: %w", places.Unusable(s.Dir, err))
		}
		return nil
	})
	return notice, err
}

// update is Update in an open directory.
func (s Store) update(root *os.Root, change func(*State) error) (notice string, err error) {
	unlock, err := lock(root)
	if err != nil {
		return "", err
	}
	defer unlock()
	state, notice, err := s.load(root)
	if err != nil {
		return "", err
	}
	if err := change(state); err != nil {
		return notice, err
	}
	data, err := state.format()
	if err != nil {
		return notice, err
	}
	return notice, replace(root, data)
}

// lockedLoad is load for a caller that does not hold the lock.
func (s Store) lockedLoad(root *os.Root) (*State, string, error) {
	unlock, err := lock(root)
	if err != nil {
		return nil, "", err
	}
	defer unlock()
	return s.load(root)
}

// load reads the state under the lock, and sets an unfit file aside. Without
// the lock, the file renamed might be a good one that was just written.
func (s Store) load(root *os.Root) (state *State, notice string, err error) {
	state, err = read(root)
	bad := (*unfit)(nil)
	if !errors.As(err, &bad) {
		return state, "", err
	}
	aside, err := setAside(root, bad.label)
	if err != nil {
		return nil, "", fmt.Errorf("%s %w, and setting it aside failed: %w", fileName, bad, err)
	}
	return newState(), fmt.Sprintf("%s in %s %s. It lies there unchanged, now named %s, and your progress begins afresh.",
		fileName, s.Dir, bad.reason, aside), nil
}
