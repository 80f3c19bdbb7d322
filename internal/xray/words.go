package xray

import (
	"fmt"
	"strconv"
	"strings"
)

// fewProcesses is how many are named one by one: the host has hundreds.
const fewProcesses = 20

func (a Anatomy) companionsSection() Section {
	s := Section{Title: fmt.Sprintf("processes in its pid namespace: %d", len(a.Processes))}
	for i, p := range a.Processes {
		if i == fewProcesses {
			s.Rows = append(s.Rows, Row{Cells: []string{"...", "", fmt.Sprintf("and %d more (--json has them all)", len(a.Processes)-i)}})
			break
		}
		inside := ""
		if p.Inside != p.PID {
			inside = fmt.Sprintf("%d inside", p.Inside)
		}
		s.Rows = append(s.Rows, Row{Cells: []string{strconv.Itoa(p.PID), inside, p.Name}, Apart: p.PID == a.PID})
	}
	if why := a.Unread["processes"]; why != "" {
		s.Rows = append(s.Rows, Row{Cells: []string{"not read", "", why}, Warn: true})
	}
	return s
}

func (a Anatomy) network() Section {
	s := Section{Title: "network"}
	s.add(a, "net_devices", "devices", strings.Join(a.Devices, " "))
	if a.Unread["sockets"] != "" || len(a.Sockets) == 0 {
		s.add(a, "sockets", "waits at", "no port")
	}
	for _, one := range a.Sockets {
		s.add(a, "sockets", one.Protocol, one.Address.String())
	}
	return s
}

func (a Anatomy) rights() Section {
	s := Section{Title: "rights"}
	s.add(a, "", "user, group", fmt.Sprintf("%d, %d (as we count)", a.UID, a.GID))
	for _, c := range a.Capabilities {
		s.add(a, "", c.Name, c.String())
	}
	s.add(a, "", "no_new_privs", map[bool]string{true: "set: execve(2) gives it no privileges any more", false: "not set"}[a.NoNewPrivs])
	seccomp := a.Seccomp
	if a.SeccompFilters > 0 {
		seccomp = fmt.Sprintf("%s, %d of them", seccomp, a.SeccompFilters)
	}
	s.add(a, "", "seccomp", seccomp)
	label := a.Label
	if label == "" {
		label = "none"
	}
	s.add(a, "lsm_label", "LSM label", label)
	return s
}

func (a Anatomy) mountsSection() Section {
	s := Section{Title: fmt.Sprintf("mounts: %d", len(a.Mounts))}
	for _, m := range a.Mounts {
		mode := "rw"
		if m.ReadOnly {
			mode = "ro"
		}
		what := m.Type
		if m.Source != "" && m.Source != m.Type {
			what += " " + m.Source
		}
		if m.Root != "/" {
			what += " from " + m.Root
		}
		s.Rows = append(s.Rows, Row{Cells: []string{mode, m.Propagation, m.Target, what}})
	}
	if why := a.Unread["mounts"]; why != "" {
		s.Rows = append(s.Rows, Row{Cells: []string{"not read", "", "", why}, Warn: true})
	}
	if len(a.Mounts) == 0 && a.Unread["mounts"] == "" {
		s.Rows = append(s.Rows, Row{Cells: []string{"", "", "none that it sees: its root is no mount", ""}})
	}
	return s
}

// Section returns the listing in words.
func (l Listing) Section() Section {
	s := Section{Title: fmt.Sprintf("what looks like a container: %d", len(l.Containers))}
	for _, c := range l.Containers {
		s.Rows = append(s.Rows, Row{Cells: []string{
			strconv.Itoa(c.PID), c.Command, c.String(),
			fmt.Sprintf("%d", c.Processes), "own " + strings.Join(c.Apart, ", "),
		}})
	}
	if l.Unread > 0 {
		s.Rows = append(s.Rows, Row{Cells: []string{"", "", "", "", fmt.Sprintf("processes that may not be looked at: %d (%s)", l.Unread, l.Why)}, Warn: true})
	}
	return s
}
