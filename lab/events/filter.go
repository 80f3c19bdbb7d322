package events

import (
	"fmt"
	"slices"
	"strings"
)

// Filters are those of --filter: values of the same key are alternatives.
type Filters map[string][]string

// ParseFilters reads KEY=VALUE.
func ParseFilters(texts []string) (Filters, error) {
	f := Filters{}
	for _, text := range texts {
		key, value, found := strings.Cut(text, "=")
		if !found {
			return nil, fmt.Errorf("invalid argument %q for \"-f, --filter\" flag: invalid filter '%s'", text, text)
		}
		if !slices.Contains([]string{"container", "event", "image", "label", "type", "scope"}, key) {
			return nil, fmt.Errorf("invalid filter '%s'", key)
		}
		f[key] = append(f[key], value)
	}
	return f, nil
}

// Match reports whether the event is wanted.
func (f Filters) Match(e Event) bool {
	for key, values := range f {
		if !slices.ContainsFunc(values, func(value string) bool { return matches(e, key, value) }) {
			return false
		}
	}
	return true
}

func matches(e Event, key, value string) bool {
	attributes := e.Actor.Attributes
	switch key {
	case "container":
		return attributes["name"] == strings.TrimPrefix(value, "/") || value != "" && strings.HasPrefix(e.Actor.ID, value)
	case "event": // exec_start has its command behind a colon
		return e.Action == value || strings.HasPrefix(e.Action, value+":")
	case "image":
		return attributes["image"] == value || strings.TrimSuffix(attributes["image"], ":latest") == value
	case "label":
		name, want, hasValue := strings.Cut(value, "=")
		got, found := attributes[name]
		return found && (!hasValue || got == want)
	case "type":
		return e.Type == value
	}
	return e.Scope == value
}
