package mount

import (
	"fmt"
	"strconv"
	"strings"
)

// bind takes in one of the keys of a bind mount.
func (l *longForm) bind(key, value string) (known bool, err error) {
	b := &l.spec.Bind
	switch key {
	case "bind-propagation":
		b.Propagation = Propagation(strings.ToLower(value))
	case "bind-nonrecursive":
		return true, boolean(&b.NonRecursive, key, value)
	case "bind-create-src":
		return true, boolean(&b.CreateSource, key, value)
	case "bind-recursive":
		switch value {
		case "enabled": // what happens anyway
		case "disabled":
			b.NonRecursive = true
		case "writable":
			b.WritableBelow = true
		case "readonly":
			b.ReadOnlyBelow = true
		default:
			return true, fmt.Errorf(`invalid value for %s: %s (must be "enabled", "disabled", "writable", or "readonly")`, key, value)
		}
	default:
		return false, nil
	}
	return true, nil
}

// volume takes in one of the keys of a volume.
func (l *longForm) volume(key, value string) (known bool, err error) {
	v := &l.spec.Volume
	switch key {
	case "volume-nocopy":
		return true, boolean(&v.NoCopy, key, value)
	case "volume-subpath":
		v.Subpath = value
	case "volume-driver":
		v.Driver = value
	case "volume-label":
		v.Labels = with(v.Labels, value)
	case "volume-opt":
		v.DriverOptions = with(v.DriverOptions, value)
	default:
		return false, nil
	}
	return true, nil
}

// with adds "name=value" to a map; without a name nothing is added.
func with(m map[string]string, pair string) map[string]string {
	name, value, _ := strings.Cut(pair, "=")
	if name == "" {
		return m
	}
	if m == nil {
		m = map[string]string{}
	}
	m[name] = value
	return m
}

// tmpfs takes in one of the keys of a tmpfs.
func (l *longForm) tmpfs(key, value string) (known bool, err error) {
	invalid := fmt.Errorf("invalid value for %s: %s", key, value)
	switch key {
	case "tmpfs-size":
		size, ok := ParseSize(value)
		if !ok {
			return true, invalid
		}
		l.spec.Tmpfs.Size = size
	case "tmpfs-mode":
		mode, err := strconv.ParseUint(value, 8, 32)
		if err != nil {
			return true, invalid
		}
		l.spec.Tmpfs.Mode = uint32(mode)
	default:
		return false, nil
	}
	return true, nil
}
