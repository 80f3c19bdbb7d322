package sys

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
)

// DropBounding is prctl(2) with PR_CAPBSET_DROP: the calling thread, and
// whatever it executes, never gets the capability again.
func (t *Tracer) DropBounding(capability int) error {
	err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(capability), 0, 0, 0)
	return t.done("prctl", 0, err, "PR_CAPBSET_DROP", capabilityName(capability))
}

// capabilityName writes a capability as strace does, which numbers those that
// it has no name for.
func capabilityName(n int) string {
	if name := kernel.CapabilityName(n); strings.HasPrefix(name, "CAP_") {
		return name
	}
	return fmt.Sprintf("%#x /* CAP_??? */", n)
}

// KeepCapabilities is prctl(2) with PR_SET_KEEPCAPS: the next change of user
// id leaves the permitted set as it is.
func (t *Tracer) KeepCapabilities() error {
	return t.done("prctl", 0, unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0), "PR_SET_KEEPCAPS", "1")
}

// ClearAmbient is prctl(2) with PR_CAP_AMBIENT_CLEAR_ALL.
func (t *Tracer) ClearAmbient() error {
	err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	return t.done("prctl", 0, err, "PR_CAP_AMBIENT", "PR_CAP_AMBIENT_CLEAR_ALL", "0", "0", "0")
}

// RaiseAmbient is prctl(2) with PR_CAP_AMBIENT_RAISE: programs that know nothing
// of capabilities get this one too. It must be permitted and inheritable.
func (t *Tracer) RaiseAmbient(capability int) error {
	err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, uintptr(capability), 0, 0)
	return t.done("prctl", 0, err, "PR_CAP_AMBIENT", "PR_CAP_AMBIENT_RAISE", capabilityName(capability), "0", "0")
}

// Capset is capset(2) of the calling thread.
func (t *Tracer) Capset(effective, permitted, inheritable kernel.Capabilities) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{
		{Effective: uint32(effective), Permitted: uint32(permitted), Inheritable: uint32(inheritable)},
		{Effective: uint32(effective >> 32), Permitted: uint32(permitted >> 32), Inheritable: uint32(inheritable >> 32)},
	}
	return t.done("capset", 0, unix.Capset(&header, &data[0]), "{version=_LINUX_CAPABILITY_VERSION_3, pid=0}",
		fmt.Sprintf("{effective=%s, permitted=%s, inheritable=%s}", bits(effective), bits(permitted), bits(inheritable)))
}

// bits writes a set as strace does: 1<<CAP_CHOWN|1<<CAP_KILL.
func bits(set kernel.Capabilities) string {
	var names []string
	for n := range 64 {
		if set.Has(n) {
			names = append(names, "1<<"+capabilityName(n))
		}
	}
	if names == nil {
		return "0"
	}
	return strings.Join(names, "|")
}
