// Package events keeps what happens to containers, in the order in which it does:
// a file at which everybody who does something appends a line. No daemon hears of
// all, so who wants to know reads the file, and waits for it to grow.
package events

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Event is one thing that happened, with Docker's names.
type Event struct {
	// Status, ID and From say the same as Action, Actor.ID and the attribute
	// "image", for programs that are older than those.
	Status string `json:"status,omitempty"`
	ID     string `json:"id,omitempty"`
	From   string `json:"from,omitempty"`
	// Type is what it happened to: "container".
	Type string
	// Action is what happened, such as "start".
	Action string
	// Actor is whom it happened to.
	Actor Actor
	// Scope is "local".
	Scope string `json:"scope"`
	// Time is when, in seconds since 1970, and TimeNano in nanoseconds.
	Time     int64 `json:"time"`
	TimeNano int64 `json:"timeNano"`
}

// Actor is whom an event happened to.
type Actor struct {
	// ID is the container's.
	ID string
	// Attributes are its image, name and labels, and what the event has of its own.
	Attributes map[string]string
}

// New is an event of a container's that happens now.
func New(action, id string, attributes map[string]string) Event {
	now := time.Now()
	return Event{
		Status: action, ID: id, From: attributes["image"], Type: "container", Action: action,
		Actor: Actor{ID: id, Attributes: attributes}, Scope: "local", Time: now.Unix(), TimeNano: now.UnixNano(),
	}
}

// When is the time of the event.
func (e Event) When() time.Time { return time.Unix(0, e.TimeNano) }

// String is the event as Docker writes it.
func (e Event) String() string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(e.Actor.Attributes)) {
		list = append(list, key+"="+e.Actor.Attributes[key])
	}
	text := fmt.Sprintf("%s %s %s %s", e.When().Format("2006-01-02T15:04:05.000000000Z07:00"), e.Type, e.Action, e.Actor.ID)
	if len(list) > 0 {
		text += " (" + strings.Join(list, ", ") + ")"
	}
	return text
}

// Journal is the file.
type Journal struct {
	// Path is its name; what is older lies in the same with .1 behind it.
	Path string
}

// size is how long the file grows before it is put aside.
const size = 4 << 20

// Append adds an event. A line is written by one call, at the end of the file
// whoever else writes too (O_APPEND), so that no two are mixed.
func (j Journal) Append(e Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(j.Path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("note an event: %w", err)
	}
	defer f.Close()
	if _, err := f.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("note an event: %w", err)
	}
	if info, err := f.Stat(); err == nil && info.Size() > size {
		j.rotate(info)
	}
	return nil
}

// rotate puts the file aside, unless another has just done so.
func (j Journal) rotate(full os.FileInfo) {
	if now, err := os.Stat(j.Path); err == nil && os.SameFile(now, full) {
		_ = os.Rename(j.Path, j.Path+".1") // the next who comes will try again
	}
}
