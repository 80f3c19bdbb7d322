package kernel

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseStatus reads the text of a status file. Lines that it has no field for
// are passed over; without a process number it is not a status.
func ParseStatus(text string) (Status, error) {
	s := Status{Seccomp: NoSeccomp}
	n := 0
	for line := range strings.Lines(text) {
		n++
		key, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		if !found {
			return Status{}, fmt.Errorf("line %d: %q has no name", n, line)
		}
		// Only one tab is the kernel's: a program's name may start with another.
		if err := s.set(key, strings.TrimPrefix(value, "\t")); err != nil {
			return Status{}, fmt.Errorf("line %d: %s: %w", n, key, err)
		}
	}
	if s.PID == 0 {
		return Status{}, errors.New("no line \"Pid\"")
	}
	return s, nil
}

// set takes in one line.
func (s *Status) set(key, value string) (err error) {
	switch key {
	case "Name":
		// The kernel escapes these two, and in another way than in mountinfo.
		s.Name = strings.NewReplacer(`\n`, "\n", `\\`, `\`).Replace(value)
	case "State":
		s.State, _, _ = strings.Cut(value, " ")
	case "Pid":
		s.PID, err = strconv.Atoi(value)
	case "PPid":
		s.Parent, err = strconv.Atoi(value)
	case "Uid":
		s.UID, err = parseIDs(value)
	case "Gid":
		s.GID, err = parseIDs(value)
	case "Groups":
		s.Groups, err = numbers(value)
	case "NSpid":
		s.NSpid, err = numbers(value)
	case "Threads":
		s.Threads, err = strconv.Atoi(value)
	case "CapInh":
		s.CapInh, err = ParseCapabilities(value)
	case "CapPrm":
		s.CapPrm, err = ParseCapabilities(value)
	case "CapEff":
		s.CapEff, err = ParseCapabilities(value)
	case "CapBnd":
		s.CapBnd, err = ParseCapabilities(value)
	case "CapAmb":
		s.CapAmb, err = ParseCapabilities(value)
	case "NoNewPrivs":
		s.NoNewPrivs, err = strconv.ParseBool(value)
	case "Seccomp":
		s.Seccomp, err = strconv.Atoi(value)
	case "Seccomp_filters":
		s.SeccompFilters, err = strconv.Atoi(value)
	}
	return err
}

// parseIDs reads the four numbers of the lines Uid and Gid.
func parseIDs(value string) (IDs, error) {
	n, err := numbers(value)
	if err != nil {
		return IDs{}, err
	}
	if len(n) != 4 {
		return IDs{}, fmt.Errorf("%q has %d numbers; want 4", value, len(n))
	}
	return IDs{Real: n[0], Effective: n[1], Saved: n[2], FS: n[3]}, nil
}

// numbers reads numbers with white space between them.
func numbers(value string) ([]int, error) {
	var all []int
	for _, field := range strings.Fields(value) {
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}
