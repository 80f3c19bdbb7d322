package wire

import (
	"errors"
	"io/fs"
	"os"

	"byhand/lab/state"
)

// Clean takes away what containers that don't run have left of the bridge, and
// where none runs on it, the bridge itself. Where there never was one, it asks
// nothing of the kernel.
func Clean(s state.Store, removed func(what string)) error {
	b := s.Bridge()
	if _, err := os.Stat(b.File()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	list, err := s.List()
	if err != nil {
		return err
	}
	used, members := false, map[string]bool{}
	for _, l := range list {
		if l.Config.Network == Default && (l.Status.Running() || l.Box.Watched()) {
			used, members[l.Config.ID] = true, true
		}
	}
	if err := b.Keep(nil, func(owner string) bool { return members[owner] }); err != nil || used {
		return err
	}
	if err := b.Down(nil); err != nil {
		return err
	}
	removed("network " + b.Name)
	return nil
}
