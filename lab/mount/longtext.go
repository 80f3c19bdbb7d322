package mount

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// String writes the value for Docker's --mount that describes the same mount:
// `type=bind,source=/srv,target=/data,readonly`. ParseMount reads it back, but
// for what --mount has no key for: Label.
func (s Spec) String() string {
	fields := []string{"type=" + string(s.Type)}
	add := func(key, value string) {
		if value != "" {
			fields = append(fields, key+"="+value)
		}
	}
	flag := func(key string, set bool) {
		if set {
			fields = append(fields, key)
		}
	}
	add("source", s.Source)
	add("target", s.Target)
	flag("readonly", s.ReadOnly)
	add("consistency", s.Consistency)

	add("bind-propagation", string(s.Bind.Propagation))
	flag("bind-recursive=disabled", s.Bind.NonRecursive)
	flag("bind-recursive=writable", s.Bind.WritableBelow)
	flag("bind-recursive=readonly", s.Bind.ReadOnlyBelow)
	flag("bind-create-src", s.Bind.CreateSource)

	flag("volume-nocopy", s.Volume.NoCopy)
	add("volume-subpath", s.Volume.Subpath)
	add("volume-driver", s.Volume.Driver)
	for _, name := range slices.Sorted(maps.Keys(s.Volume.Labels)) {
		add("volume-label", name+"="+s.Volume.Labels[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.Volume.DriverOptions)) {
		add("volume-opt", name+"="+s.Volume.DriverOptions[name])
	}
	if s.Tmpfs.Size != 0 {
		add("tmpfs-size", fmt.Sprint(s.Tmpfs.Size))
	}
	if s.Tmpfs.Mode != 0 {
		add("tmpfs-mode", fmt.Sprintf("%o", s.Tmpfs.Mode))
	}

	// A path may hold commas and quotes, so this is a line of CSV.
	var line strings.Builder
	w := csv.NewWriter(&line)
	_ = w.Write(fields) // a strings.Builder takes everything
	w.Flush()
	return strings.TrimSuffix(line.String(), "\n")
}
