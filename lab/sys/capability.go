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

// Capset is capset(2) of the calling thread: the set becomes the effective and
// the permitted one; the inheritable one is left empty.
func (t *Tracer) Capset(set kernel.Capabilities) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{
		{Effective: uint32(set), Permitted: uint32(set)},
		{Effective: uint32(set >> 32), Permitted: uint32(set >> 32)},
	}
	names := bits(set)
	return t.done("capset", 0, unix.Capset(&header, &data[0]), "{version=_LINUX_CAPABILITY_VERSION_3, pid=0}",
		fmt.Sprintf("{effective=%s, permitted=%s, inheritable=0}", names, names))
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
