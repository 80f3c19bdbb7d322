package rows

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"byhand/lab/mount"
	"byhand/lab/state"
	"byhand/lab/words"
)

// Filters are those of ps --filter: values of the same key are alternatives.
type Filters map[string][]string

// ParseFilters reads KEY=VALUE.
func ParseFilters(texts []string) (Filters, error) {
	known := []string{"name", "id", "status", "label", "exited", "ancestor", "before", "since", "network", "volume"}
	f := Filters{}
	for _, text := range texts {
		key, value, found := strings.Cut(text, "=")
		if !found {
			return nil, fmt.Errorf("invalid argument %q for \"-f, --filter\" flag: invalid filter '%s'", text, text)
		}
		if !slices.Contains(known, key) {
			return nil, fmt.Errorf("invalid filter '%s'", key)
		}
		f[key] = append(f[key], value)
	}
	return f, nil
}

// All reports whether the filters ask for containers that don't run.
func (f Filters) All() bool { return len(f["status"]) > 0 || len(f["exited"]) > 0 }

// Match keeps the containers that the filters want.
func (f Filters) Match(list []state.Listed) ([]state.Listed, error) {
	for _, s := range f["status"] {
		if !slices.Contains([]string{"created", "running", "paused", "restarting", "exited", "dead", "removing"}, s) {
			return nil, words.Errorf("Unrecognised filter value for status: %s", s)
		}
	}
	var kept []state.Listed
	for _, l := range list {
		ok, err := f.match(l, list)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, l)
		}
	}
	return kept, nil
}

func (f Filters) match(l state.Listed, all []state.Listed) (bool, error) {
	for key, values := range f {
		ok := key == "label" // labels must all be there, of the others one is enough
		for _, value := range values {
			one, err := matchOne(l, all, key, value)
			if err != nil {
				return false, err
			}
			if key == "label" {
				ok = ok && one
			} else {
				ok = ok || one
			}
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

func matchOne(l state.Listed, all []state.Listed, key, value string) (bool, error) {
	switch key {
	case "name":
		re, err := regexp.Compile(value)
		return err == nil && (re.MatchString(l.Name) || re.MatchString("/"+l.Name)), err
	case "id":
		return strings.HasPrefix(l.Config.ID, value), nil
	case "status":
		return l.Status.Word == value, nil
	case "label":
		name, want, hasValue := strings.Cut(value, "=")
		got, found := l.Config.Labels[name]
		return found && (!hasValue || got == want), nil
	case "exited":
		code, err := strconv.Atoi(value)
		return l.Status.Word == "exited" && l.Status.ExitCode == code, err
	case "ancestor":
		return l.Config.Image == value || strings.TrimSuffix(l.Config.Image, ":latest") == value, nil
	case "volume":
		return slices.ContainsFunc(l.Config.Mounts, func(m mount.Spec) bool {
			return m.Type != mount.TypeTmpfs && (m.Source == value || m.Target == value)
		}), nil
	case "network":
		return l.Config.Network == value, nil
	}
	for _, other := range all { // before and since
		if other.Name == value || strings.HasPrefix(other.Config.ID, value) {
			if key == "before" {
				return l.Config.Created.Before(other.Config.Created), nil
			}
			return l.Config.Created.After(other.Config.Created), nil
		}
	}
	return false, fmt.Errorf("%w: %s", state.ErrNone, value)
}
