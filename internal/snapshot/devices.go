package snapshot

import "byhand/internal/kernel"

// loops lists the loop devices that have a file.
func loops(Options) ([]Item, error) {
	files, err := kernel.Loops()
	if err != nil {
		return nil, err
	}
	var items []Item
	for name, file := range files {
		items = append(items, Item{Key: name, Value: file})
	}
	return items, nil
}
