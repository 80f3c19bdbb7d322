package oci

import (
	"fmt"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/capability"
	"byhand/lab/sys"
)

// rlimits are the limits of getrlimit(2) by their names there.
var rlimits = map[string]int{
	"RLIMIT_AS": unix.RLIMIT_AS, "RLIMIT_CORE": unix.RLIMIT_CORE, "RLIMIT_CPU": unix.RLIMIT_CPU,
	"RLIMIT_DATA": unix.RLIMIT_DATA, "RLIMIT_FSIZE": unix.RLIMIT_FSIZE, "RLIMIT_LOCKS": unix.RLIMIT_LOCKS,
	"RLIMIT_MEMLOCK": unix.RLIMIT_MEMLOCK, "RLIMIT_MSGQUEUE": unix.RLIMIT_MSGQUEUE, "RLIMIT_NICE": unix.RLIMIT_NICE,
	"RLIMIT_NOFILE": unix.RLIMIT_NOFILE, "RLIMIT_NPROC": unix.RLIMIT_NPROC, "RLIMIT_RSS": unix.RLIMIT_RSS,
	"RLIMIT_RTPRIO": unix.RLIMIT_RTPRIO, "RLIMIT_RTTIME": unix.RLIMIT_RTTIME,
	"RLIMIT_SIGPENDING": unix.RLIMIT_SIGPENDING, "RLIMIT_STACK": unix.RLIMIT_STACK,
}

// limit sets what each process may use.
func limit(t *sys.Tracer, p *specs.Process) error {
	for _, l := range p.Rlimits {
		if err := t.Prlimit(rlimits[l.Type], l.Type, l.Soft, l.Hard); err != nil {
			return fmt.Errorf("process.rlimits: %w", err)
		}
	}
	return nil
}

// sets are a process's five sets of capabilities (capabilities(7)).
type sets struct{ bounding, effective, inheritable, permitted, ambient kernel.Capabilities }

// capabilities reads them; a process of which nothing is said has none.
func capabilities(c *specs.LinuxCapabilities) (s sets, err error) {
	if c == nil {
		return sets{}, nil
	}
	for _, set := range []struct {
		into  *kernel.Capabilities
		names []string
	}{
		{&s.bounding, c.Bounding}, {&s.effective, c.Effective}, {&s.inheritable, c.Inheritable},
		{&s.permitted, c.Permitted}, {&s.ambient, c.Ambient},
	} {
		if *set.into, err = capability.Choose(0, set.names, nil); err != nil {
			return s, fmt.Errorf("process.capabilities: %w", err)
		}
	}
	return s, nil
}
