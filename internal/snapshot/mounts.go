package snapshot

import (
	"fmt"

	"byhand/internal/kernel"
)

// mounts lists those of the viewer's mount namespace by their IDs, which
// tell those at the same place apart.
func mounts(o Options) ([]Item, error) {
	list, err := kernel.Mounts(o.PID)
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, m := range list {
		items = append(items, Item{
			Key: m.Target + " (mount " + m.ID + ")",
			Value: fmt.Sprintf("on %s, %s %s of %s %s, %s, %s (%d, %d, %d), %s",
				m.Parent, m.FSType, m.Root, m.Source, m.Device, m.Options, m.Propagation(), m.Shared, m.Master, m.PropagateFrom, m.SuperOptions),
		})
	}
	return items, nil
}
