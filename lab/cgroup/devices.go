package cgroup

import (
	"fmt"
	"strconv"
	"strings"
)

// DeviceRule allows some uses of some device nodes.
type DeviceRule struct {
	// Type is "c" for character, "b" for block devices, "a" for all.
	Type string
	// Major and Minor are the device's numbers; Unlimited is any.
	Major, Minor int64
	// Access has an r where it may be read, w written, m made by mknod(2).
	Access string
}

// String is how v1's files write a rule: "c 1:3 rwm", "c 136:* rw".
func (r DeviceRule) String() string {
	return fmt.Sprintf("%s %s:%s %s", r.Type, limitText(r.Major, "*"), limitText(r.Minor, "*"), r.Access)
}

func ruleList(rules []DeviceRule) string {
	list := make([]string, len(rules))
	for i, r := range rules {
		list[i] = r.String()
	}
	return strings.Join(list, ", ")
}

// check refuses what neither version can express.
func (r DeviceRule) check() error {
	if r.Type != "a" && r.Type != "b" && r.Type != "c" {
		return fmt.Errorf("device rule %q: type %q is none of a, b, c", r, r.Type)
	}
	if r.Access == "" || strings.Trim(r.Access, "rwm") != "" {
		return fmt.Errorf("device rule %q: access %q is not made of r, w, m", r, r.Access)
	}
	return nil
}

// ParseDeviceRule reads a rule as String writes it.
func ParseDeviceRule(text string) (DeviceRule, error) {
	f := strings.Fields(text)
	if len(f) != 3 {
		return DeviceRule{}, fmt.Errorf("device rule %q: %d fields; want three, as in \"c 1:3 rwm\"", text, len(f))
	}
	r := DeviceRule{Type: f[0], Access: f[2]}
	major, minor, _ := strings.Cut(f[1], ":")
	for _, part := range []struct {
		into *int64
		text string
	}{{&r.Major, major}, {&r.Minor, minor}} {
		if part.text == "*" {
			*part.into = Unlimited
			continue
		}
		n, err := strconv.ParseUint(part.text, 10, 31)
		if err != nil {
			return r, fmt.Errorf("device rule %q: %w", text, err)
		}
		*part.into = int64(n)
	}
	return r, r.check()
}

// DefaultDevices are those that every container may use: the ones without
// hardware behind them, and mknod(2) of any, since making a node opens nothing.
func DefaultDevices() []DeviceRule {
	rules := []DeviceRule{{"c", Unlimited, Unlimited, "m"}, {"b", Unlimited, Unlimited, "m"}}
	for _, number := range [][2]int64{
		{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, // null, zero, full, random, urandom
		{5, 0}, {5, 2}, {136, Unlimited}, // tty, ptmx, pts
	} {
		rules = append(rules, DeviceRule{"c", number[0], number[1], "rwm"})
	}
	return rules
}

// AllowOnly are the changes that deny the group every device but those of the
// rules: devices.deny and devices.allow on v1. v2 has no file for it: it asks a
// program attached to the group.
func (g *Group) AllowOnly(rules []DeviceRule) Ops {
	for _, r := range rules {
		if err := r.check(); err != nil {
			return Ops{{Verb: refuse, Path: g.Name, Text: err.Error()}}
		}
	}
	return g.set(Devices, func(d Dir) Ops {
		if d.Version == 2 {
			return Ops{{Verb: Attach, Path: d.Path, rules: rules}}
		}
		ops := Ops{d.write("devices.deny", "a")}
		for _, r := range rules {
			ops = append(ops, d.write("devices.allow", r.String()))
		}
		return ops
	})
}
