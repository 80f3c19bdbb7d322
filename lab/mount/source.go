package mount

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// EnsureSource sees that a bind mount's source is there, and makes it a
// directory where the Spec says so, which is what -v says and --mount does not.
// It is for where the source's path is that of the machine.
func (s Spec) EnsureSource() error {
	if s.Type != TypeBind {
		return nil
	}
	_, err := os.Stat(s.Source)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !s.Bind.CreateSource {
		return fmt.Errorf("invalid mount config for type %q: bind source path does not exist: %s", s.Type, s.Source)
	}
	if err := os.MkdirAll(s.Source, 0o755); err != nil {
		return fmt.Errorf("error while creating mount source path '%s': %w", s.Source, err)
	}
	return nil
}
