package overlay

import (
	"fmt"

	"byhand/internal/kernel"
)

// UserXattr tells whether this process has to set Spec.UserXattr: whether it
// is in another user namespace than the machine's first, whose map is all ids.
func UserXattr() (bool, error) {
	m, err := kernel.UIDMap(0)
	if err != nil {
		return false, fmt.Errorf("read the user namespace's map: %w", err)
	}
	return m != "0 0 4294967295", nil
}
