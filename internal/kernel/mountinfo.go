package kernel

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Mounts reads /proc/PID/mountinfo: the mounts below the process's root.
func Mounts(pid int) ([]Mount, error) {
	path := of(pid, "mountinfo")
	f, err := os.Open(path)
	if errors.Is(err, unix.EINVAL) {
		// So the kernel answers for a zombie, which has left its mount namespace.
		return nil, &os.PathError{Op: "open", Path: path, Err: unix.ESRCH}
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	mounts, err := ParseMounts(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return mounts, nil
}

// ParseMounts reads mountinfo's lines.
func ParseMounts(r io.Reader) ([]Mount, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return lines(string(text), parseMount)
}

// parseMount reads one line.
func parseMount(line string) (Mount, error) {
	// One space stands between fields, and a field may be empty, as the source
	// is after mount("", ...). Other white space than the kernel escapes, such
	// as a carriage return, is part of a name.
	f := strings.Split(line, " ")
	const optional = 6 // the first of them; a hyphen ends them
	dash := optional + slices.Index(f[min(optional, len(f)):], "-")
	if dash < optional || len(f) < dash+4 {
		return Mount{}, fmt.Errorf("%q is no mount", line)
	}
	device, err := parseDevice(f[2])
	if err != nil {
		return Mount{}, fmt.Errorf("%q is no mount: %w", line, err)
	}
	for _, id := range f[:2] {
		if _, err := strconv.Atoi(id); err != nil {
			return Mount{}, fmt.Errorf("%q is no mount: the ID %q is no number", line, id)
		}
	}
	m := Mount{
		ID: f[0], Parent: f[1], Device: device,
		Root: unescape(f[3]), Target: unescape(f[4]), Options: f[5],
		FSType: unescape(f[dash+1]), Source: unescape(f[dash+2]),
		// Not every file system escapes the spaces in its options.
		SuperOptions: strings.Join(f[dash+3:], " "),
	}
	for _, field := range f[optional:dash] {
		if err := m.optional(field); err != nil {
			return Mount{}, fmt.Errorf("%q is no mount: %w", line, err)
		}
	}
	return m, nil
}

// optional takes in one of the optional fields; those it does not know are to
// be passed over (proc_pid_mountinfo(5)).
func (m *Mount) optional(field string) error {
	tag, value, _ := strings.Cut(field, ":")
	group := map[string]*int{"shared": &m.Shared, "master": &m.Master, "propagate_from": &m.PropagateFrom}[tag]
	if tag == "unbindable" {
		m.Unbindable = true
	}
	if group == nil {
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return fmt.Errorf("the peer group of %q is no number above 0", field)
	}
	*group = n
	return nil
}
