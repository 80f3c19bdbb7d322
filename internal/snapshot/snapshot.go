// Package snapshot writes down what of the machine byhand could change, and
// compares two such writings: what is there before and what is there after must
// be the same. It reads only.
package snapshot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"byhand/internal/kernel"
)

// Options say what is looked at.
type Options struct {
	// PID is the process, or thread, whose mounts are looked at; 0 is this
	// process. The network is that of the calling thread.
	PID int
	// Own are the directories in which byhand keeps what is its own: no tree
	// lists them, and who has its root there is byhand's.
	Own []string
	// Trees are the directories that are listed with every file's hash.
	Trees []string
	// Only, where it is not empty, names the sections to take.
	Only []string
}

// Snapshot is what was seen.
type Snapshot struct {
	// Version is that of the form.
	Version int `json:"version"`
	// Taken is when.
	Taken time.Time `json:"taken"`
	// Boot names the time since the machine was last started.
	Boot string `json:"boot"`
	// Viewer are the namespaces that it was seen from.
	Viewer map[string]string `json:"viewer"`
	// Trees are the directories that were listed.
	Trees []string `json:"trees,omitempty"`
	// Sections are in the order in which they are shown.
	Sections []Section `json:"sections"`
}

// Section is everything of one sort.
type Section struct {
	// Name is the sort, such as "mounts".
	Name string `json:"name"`
	// Unread says why it could not be looked at.
	Unread string `json:"unread,omitempty"`
	// Items are in the order of their keys.
	Items []Item `json:"items"`
}

// Item is one thing that is there.
type Item struct {
	// Key names it for as long as it lasts.
	Key string `json:"key"`
	// Value is what may change of it.
	Value string `json:"value,omitempty"`
	// About is for people, and is not compared.
	About string `json:"about,omitempty"`
	// Others is true of what comes and goes on a machine in use, and does not
	// bear byhand's mark.
	Others bool `json:"others,omitempty"`
	// Passing is true of what comes and goes for many reasons: only where it is
	// there before and after, it is compared.
	Passing bool `json:"passing,omitempty"`
	// Viewer is true of the process that looked, and of those that it descends
	// from: they are not compared.
	Viewer bool `json:"is_viewer,omitempty"`
}

// form is the Version that this package writes and reads.
const form = 1

// sections are all sorts of things that are looked at.
var sections = []struct {
	name string
	take func(Options) ([]Item, error)
}{
	{"mounts", mounts},
	{"control groups", cgroups},
	{"processes", processes},
	{"namespaces", namespaces},
	{"network devices", links},
	{"addresses", addresses},
	{"routes", routes},
	{"firewall", firewall},
	{"loop devices", loops},
	{"settings", sysctls},
	{"terminal", terminal},
}

// Sections names all sorts of things that are looked at.
func Sections() (names []string) {
	for _, s := range sections {
		names = append(names, s.name)
	}
	return names
}

// Take looks at the machine. What can't be looked at is said in its section.
func Take(o Options) (Snapshot, error) {
	boot, err := kernel.Sysctl("kernel.random.boot_id")
	if err != nil {
		return Snapshot{}, fmt.Errorf("take a snapshot: %w", err)
	}
	viewer, err := kernel.Namespaces(o.PID)
	if err != nil {
		return Snapshot{}, fmt.Errorf("take a snapshot: %w", err)
	}
	s := Snapshot{Version: form, Taken: time.Now().UTC(), Boot: boot, Viewer: viewer, Trees: o.Trees}
	add := func(name string, take func(Options) ([]Item, error)) {
		if len(o.Only) > 0 && !slices.Contains(o.Only, name) {
			return
		}
		section := Section{Name: name}
		if section.Items, err = take(o); err != nil {
			section.Items, section.Unread = nil, err.Error()
		}
		slices.SortFunc(section.Items, func(a, b Item) int { return strings.Compare(a.Key, b.Key) })
		s.Sections = append(s.Sections, section)
	}
	for _, each := range sections {
		add(each.name, each.take)
	}
	for _, dir := range o.Trees {
		add("tree "+dir, func(o Options) ([]Item, error) { return files(dir, o.Own) })
	}
	return s, nil
}
