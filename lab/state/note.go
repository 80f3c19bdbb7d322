package state

import (
	"maps"
	"path/filepath"

	"byhand/lab/events"
)

// Events is where it is kept what happens to the containers.
func (s Store) Events() events.Journal {
	return events.Journal{Path: filepath.Join(s.Dir, "events.json")}
}

// Note notes that something happened to the container; more are pairs of a key
// and a value. That it can't be noted keeps nobody from doing it.
func (b Box) Note(action string, more ...string) {
	c, err := b.Config()
	if err != nil {
		return // it is gone already
	}
	name, err := b.Name()
	if err != nil {
		return
	}
	attributes := map[string]string{}
	maps.Copy(attributes, c.Labels)
	attributes["image"], attributes["name"] = c.Image, name
	for i := 0; i+1 < len(more); i += 2 {
		attributes[more[i]] = more[i+1]
	}
	_ = b.store.Events().Append(events.New(action, b.ID, attributes))
}
