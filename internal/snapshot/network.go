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
	list, err := kernel.Addresses()
	if err != nil {
		return nil, err
	}
	names, err := deviceNames()
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, a := range list {
		items = append(items, Item{Key: fmt.Sprintf("%s of %s", a.Prefix, names[a.Link])})
	}
	return items, nil
}

// routes lists those of all tables.
func routes(Options) ([]Item, error) {
	list, err := kernel.Routes()
	if err != nil {
		return nil, err
	}
	names, err := deviceNames()
	if err != nil {
		return nil, err
	}
	var items []Item
	for _, r := range list {
		key := fmt.Sprintf("table %d, type %d: %s by %s, metric %d", r.Table, r.Type, r.To, names[r.Link], r.Metric)
		if r.Gateway.IsValid() {
			key += ", through " + r.Gateway.String()
		}
		items = append(items, Item{Key: key})
	}
	return items, nil
}

// deviceNames are the devices' names by their numbers.
func deviceNames() (map[int]string, error) {
	list, err := kernel.Links()
	names := map[int]string{}
	for _, l := range list {
		names[l.Index] = l.Name
	}
	return names, err
}
