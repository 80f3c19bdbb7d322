package snapshot

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Change is a difference between two snapshots.
type Change struct {
	// Section is the sort of what differs.
	Section string `json:"section"`
	// Key names it.
	Key string `json:"key"`
	// What is Came, Went or Differs.
	What string `json:"what"`
	// Before and After are what was seen of it.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Others is true of what came or went and is not known to be byhand's.
	Others bool `json:"others,omitempty"`
}

// What may become of a thing.
const (
	Came    = "came"
	Went    = "went"
	Differs = "differs"
)

// String is the change in a line.
func (c Change) String() string {
	switch c.What {
	case Came:
		return c.Key + spaced(c.After)
	case Went:
		return c.Key + spaced(c.Before)
	}
	return fmt.Sprintf("%s: before %q, now %q", c.Key, c.Before, c.After)
}

func spaced(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}

// ErrElsewhere says that two snapshots are not of the same.
var ErrElsewhere = errors.New("the snapshots can't be compared")

// Compare returns what is not in after as it was in before, but for what a
// pattern of except fits: the line that the change is shown as.
func Compare(before, after Snapshot, except []*regexp.Regexp) ([]Change, error) {
	if before.Boot != after.Boot {
		return nil, fmt.Errorf("%w: the machine was started again since", ErrElsewhere)
	}
	for _, kind := range []string{"mnt", "net", "pid", "user"} {
		if before.Viewer[kind] != after.Viewer[kind] {
			return nil, fmt.Errorf("%w: they were taken in two %s namespaces, %s and %s", ErrElsewhere, kind, before.Viewer[kind], after.Viewer[kind])
		}
	}
	var all []Change
	for _, b := range before.Sections {
		i := slices.IndexFunc(after.Sections, func(s Section) bool { return s.Name == b.Name })
		if i < 0 {
			return nil, fmt.Errorf("%w: one has no %s", ErrElsewhere, b.Name)
		}
		all = append(all, b.against(after.Sections[i])...)
	}
	return slices.DeleteFunc(all, func(c Change) bool {
		return slices.ContainsFunc(except, func(p *regexp.Regexp) bool { return p.MatchString(c.String()) })
	}), nil
}

func (s Section) against(after Section) (all []Change) {
	if s.Unread != after.Unread {
		return []Change{{Section: s.Name, Key: "could not be read", What: Differs, Before: s.Unread, After: after.Unread}}
	}
	then, now := s.byKey(), after.byKey()
	for _, b := range s.Items {
		a, there := now[b.Key]
		switch {
		case b.Viewer || a.Viewer:
		case !there && b.Passing:
		case !there:
			all = append(all, Change{Section: s.Name, Key: b.Key, What: Went, Before: b.shown(), Others: b.Others})
		case a.Value != b.Value:
			all = append(all, Change{Section: s.Name, Key: b.Key, What: Differs, Before: b.Value, After: a.Value})
		}
	}
	for _, a := range after.Items {
		if _, there := then[a.Key]; !there && !a.Viewer && !a.Passing {
			all = append(all, Change{Section: s.Name, Key: a.Key, What: Came, After: a.shown(), Others: a.Others})
		}
	}
	return all
}

func (s Section) byKey() map[string]Item {
	all := map[string]Item{}
	for _, i := range s.Items {
		all[i.Key] = i
	}
	return all
}

// shown is all that there is to say of it.
func (i Item) shown() string {
	if i.Value == "" || i.About == "" {
		return i.Value + i.About
	}
	return i.Value + " " + i.About
}
