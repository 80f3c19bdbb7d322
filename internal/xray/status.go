package xray

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// status takes in what /proc/PID/status says.
func (a *Anatomy) status(s kernel.Status) {
	a.Name, a.State, a.Parent = s.Name, s.State, s.Parent
	if len(s.NSpid) > 0 {
		a.Inside = s.NSpid[len(s.NSpid)-1]
	}
	a.UID, a.GID = s.UID.Effective, s.GID.Effective
	a.NoNewPrivs, a.SeccompFilters = s.NoNewPrivs, s.SeccompFilters
	switch s.Seccomp {
	case kernel.NoSeccomp:
		a.Seccomp = "not built in"
	case 0:
		a.Seccomp = "off"
	case 1:
		a.Seccomp = "strict"
	default:
		a.Seccomp = "filter"
	}
	last, err := kernel.LastCapability()
	if err != nil {
		last = unix.CAP_LAST_CAP
	}
	for _, set := range []struct {
		name, field string
		set         kernel.Capabilities
	}{
		{"effective", "CapEff", s.CapEff}, {"permitted", "CapPrm", s.CapPrm}, {"inheritable", "CapInh", s.CapInh},
		{"bounding", "CapBnd", s.CapBnd}, {"ambient", "CapAmb", s.CapAmb},
	} {
		c := CapabilitySet{Name: set.name, Field: set.field, Names: []string{}, All: true}
		for n := range last + 1 {
			if set.set.Has(n) {
				c.Names = append(c.Names, kernel.CapabilityName(n))
			} else {
				c.All = false
				c.lacks = append(c.lacks, kernel.CapabilityName(n))
			}
		}
		a.Capabilities = append(a.Capabilities, c)
	}
}

// fewLacking is how many are few.
const fewLacking = 5

// String names the members, in few words where they are all or all but a few.
func (c CapabilitySet) String() string {
	switch {
	case len(c.Names) == 0:
		return "none"
	case c.All:
		return fmt.Sprintf("all %d", len(c.Names))
	case len(c.lacks) <= fewLacking:
		return "all but " + strings.Join(c.lacks, " ")
	}
	return strings.Join(c.Names, " ")
}

// reason says why something could not be read: the error's name comes first,
// since that is what the manual speaks of.
func reason(err error) string {
	var errno unix.Errno
	if errors.As(err, &errno) {
		if errno == unix.EACCES || errno == unix.EPERM {
			hint := "try sudo"
			if os.Geteuid() == 0 {
				hint = "even root may not here"
			}
			return fmt.Sprintf("%v (%s); %s", err, unix.ErrnoName(errno), hint)
		}
		return fmt.Sprintf("%v (%s)", err, unix.ErrnoName(errno))
	}
	return err.Error()
}
