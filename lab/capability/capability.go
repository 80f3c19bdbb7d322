// Package capability takes root's power apart: a container's root gets some of
// the kernel's capabilities and never any of the others (capabilities(7)).
package capability

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/sys"
)

// Default are those that Docker leaves to a container: to own and to become
// whom it likes among its own files and processes, and little else
// (moby/moby daemon/pkg/oci/caps/defaults.go).
func Default() kernel.Capabilities {
	return setOf(
		unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FSETID, unix.CAP_FOWNER, unix.CAP_MKNOD,
		unix.CAP_NET_RAW, unix.CAP_SETGID, unix.CAP_SETUID, unix.CAP_SETFCAP, unix.CAP_SETPCAP,
		unix.CAP_NET_BIND_SERVICE, unix.CAP_SYS_CHROOT, unix.CAP_KILL, unix.CAP_AUDIT_WRITE,
	)
}

func setOf(numbers ...int) kernel.Capabilities {
	var set kernel.Capabilities
	for _, n := range numbers {
		set |= 1 << n
	}
	return set
}

// Choose changes a set as --cap-add and --cap-drop say: names with or without
// CAP_, in either case, or ALL. What is dropped by name stays dropped, and with
// ALL dropped only what is added is left.
func Choose(set kernel.Capabilities, add, drop []string) (kernel.Capabilities, error) {
	adds, addAll, err := parse("CapAdd", add)
	if err != nil {
		return 0, err
	}
	drops, dropAll, err := parse("CapDrop", drop)
	if err != nil {
		return 0, err
	}
	switch {
	case addAll:
		return All() &^ drops, nil
	case dropAll:
		return adds, nil
	}
	return set&^drops | adds, nil
}

// All are the capabilities that have a name.
func All() kernel.Capabilities {
	var set kernel.Capabilities
	for n := range 64 {
		if strings.HasPrefix(kernel.CapabilityName(n), "CAP_") {
			set |= 1 << n
		}
	}
	return set
}

// parse reads names; option is who is to blame in the error, in Docker's words.
func parse(option string, names []string) (set kernel.Capabilities, all bool, err error) {
	for _, text := range names {
		name := strings.ToUpper(text)
		if name == "ALL" {
			all = true
			continue
		}
		if !strings.HasPrefix(name, "CAP_") {
			name = "CAP_" + name
		}
		n := 0
		for n < 64 && kernel.CapabilityName(n) != name {
			n++
		}
		if n == 64 {
			return 0, false, fmt.Errorf("invalid %s: unknown capability: %q", option, text)
		}
		set |= 1 << n
	}
	return set, all, nil
}

// Bound takes from this thread for good what is not in the set: no program that
// it executes gets it again, whatever the program's file would grant.
func Bound(t *sys.Tracer, keep kernel.Capabilities) error {
	last, err := kernel.LastCapability()
	if err != nil {
		return err
	}
	for n := 0; n <= last; n++ {
		if keep.Has(n) {
			continue
		}
		if err := t.DropBounding(n); err != nil {
			return err
		}
	}
	return nil
}

// Hold gives this thread just the capabilities of the set that it still has,
// and nothing to hand on to programs that don't ask: the ambient set is empty.
func Hold(t *sys.Tracer, set kernel.Capabilities) error { return HoldSets(t, set, set, 0, 0) }

// HoldSets is Hold for each of a thread's sets by itself (capabilities(7)).
func HoldSets(t *sys.Tracer, effective, permitted, inheritable, ambient kernel.Capabilities) error {
	if err := t.ClearAmbient(); err != nil {
		return err
	}
	// What is missing already can't be had: asking for it would be EPERM.
	now, err := held()
	if err != nil {
		return err
	}
	if err := t.Capset(effective&permitted&now, permitted&now, inheritable&now); err != nil {
		return err
	}
	for n := range 64 {
		if (ambient & inheritable & permitted & now).Has(n) {
			if err := t.RaiseAmbient(n); err != nil {
				return err
			}
		}
	}
	return nil
}

// held is this thread's permitted set; /proc/self would show the first thread's.
func held() (kernel.Capabilities, error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return 0, fmt.Errorf("capget: %w", err)
	}
	return kernel.Capabilities(data[0].Permitted) | kernel.Capabilities(data[1].Permitted)<<32, nil
}
