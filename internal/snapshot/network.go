package snapshot

import (
	"fmt"

	"byhand/internal/kernel"
)

// links lists the network devices.
func links(Options) ([]Item, error) {
	list, err := kernel.Links()
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, l := range list {
		items = append(items, Item{
			Key:   l.Name,
			Value: fmt.Sprintf("number %d, kind %q, up %t, mtu %d, part of %d, address %s", l.Index, l.Kind, l.Up, l.MTU, l.Master, l.Hardware),
		})
	}
	return items, nil
}

// addresses lists those of the devices.
func addresses(Options) ([]Item, error) {
	return ofDevices(kernel.Addresses, func(a kernel.Address, names map[int]string) Item {
		return Item{Key: fmt.Sprintf("%s of %s", a.Prefix, names[a.Link])}
	})
}

// routes lists those of all tables.
func routes(Options) ([]Item, error) {
	return ofDevices(kernel.Routes, func(r kernel.Route, names map[int]string) Item {
		key := fmt.Sprintf("table %d, type %d: %s by %s, metric %d", r.Table, r.Type, r.To, names[r.Link], r.Metric)
		if r.Gateway.IsValid() {
			key += ", through " + r.Gateway.String()
		}
		return Item{Key: key}
	})
}

// ofDevices lists what goes by devices, whose names it gives by their numbers.
func ofDevices[T any](read func() ([]T, error), item func(T, map[int]string) Item) ([]Item, error) {
	list, err := read()
	if err != nil {
		return nil, err
	}
	devices, err := kernel.Links()
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, d := range devices {
		names[d.Index] = d.Name
	}
	var items []Item
	for _, one := range list {
		items = append(items, item(one, names))
	}
	return items, nil
}
