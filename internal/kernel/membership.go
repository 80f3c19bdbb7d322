package kernel

import (
	"fmt"
	"strconv"
	"strings"
)

// Membership is a line of /proc/PID/cgroup (cgroups(7)): the cgroup of a
// process in one hierarchy.
type Membership struct {
	// Hierarchy is the hierarchy's number; that of v2 is 0.
	Hierarchy int
	// Controllers are those bound to a v1 hierarchy; of v2 there are none here.
	Controllers []string
	// Name is that of a named v1 hierarchy, such as "systemd", or "".
	Name string
	// Path is the cgroup's, from the root of our cgroup namespace: "/.." leads
	// out of it (cgroup_namespaces(7)). Of a removed cgroup of v2 it ends in
	// " (deleted)".
	Path string
}

// Version is the version of cgroups that the hierarchy is of: 1 or 2.
func (m Membership) Version() int {
	if m.Hierarchy == 0 {
		return 2
	}
	return 1
}

// Memberships reads /proc/PID/cgroup.
func Memberships(pid int) ([]Membership, error) { return read(of(pid, "cgroup"), ParseMemberships) }

// ParseMemberships reads the text of /proc/PID/cgroup.
func ParseMemberships(text string) ([]Membership, error) { return lines(text, parseMembership) }

func parseMembership(line string) (Membership, error) {
	// A path may hold colons; nothing in it is escaped, as no cgroup's name may
	// hold a newline.
	f := strings.SplitN(line, ":", 3)
	if len(f) != 3 || !strings.HasPrefix(f[2], "/") {
		return Membership{}, fmt.Errorf("%q is no cgroup; want hierarchy:controllers:path", line)
	}
	hierarchy, err := strconv.Atoi(f[0])
	if err != nil || hierarchy < 0 {
		return Membership{}, fmt.Errorf("%q is no cgroup: %q is no hierarchy", line, f[0])
	}
	if (hierarchy == 0) != (f[1] == "") {
		return Membership{}, fmt.Errorf("%q is no cgroup: controllers are named on v1 only, and always there", line)
	}
	m := Membership{Hierarchy: hierarchy, Path: f[2]}
	for _, one := range strings.FieldsFunc(f[1], func(r rune) bool { return r == ',' }) {
		if name, named := strings.CutPrefix(one, "name="); named {
			m.Name = name
		} else {
			m.Controllers = append(m.Controllers, one)
		}
	}
	return m, nil
}
