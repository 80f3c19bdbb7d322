package kernel

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Capabilities is a set of capabilities (capabilities(7)): bit n is set where
// capability n is in it.
type Capabilities uint64

// ParseCapabilities reads a set in the hexadecimal digits of /proc/PID/status.
func ParseCapabilities(hex string) (Capabilities, error) {
	set, err := strconv.ParseUint(hex, 16, 64)
	return Capabilities(set), err
}

// Has reports whether a capability, such as unix.CAP_SYS_ADMIN, is in the set.
func (c Capabilities) Has(n int) bool { return n >= 0 && c>>n&1 == 1 }

// String names the set's members, such as "CAP_CHOWN CAP_KILL", or is "none".
func (c Capabilities) String() string {
	var names []string
	for n := range 64 {
		if c.Has(n) {
			names = append(names, CapabilityName(n))
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, " ")
}

// LastCapability returns the number of the last capability that the kernel
// knows: a newer kernel may know more than CapabilityName has names for.
func LastCapability() (int, error) {
	return read(sysctlPath("kernel.cap_last_cap"), func(text string) (int, error) {
		return strconv.Atoi(strings.TrimSpace(text))
	})
}

// CapabilityName returns a capability's name in capabilities(7), such as
// "CAP_CHOWN", or its number as "capability 41" where it has none here.
func CapabilityName(n int) string {
	if n >= 0 && n < len(capabilityNames) {
		return "CAP_" + capabilityNames[n]
	}
	return fmt.Sprintf("capability %d", n)
}

// capabilityNames stand at their numbers in linux/capability.h.
var capabilityNames = [...]string{
	unix.CAP_CHOWN:              "CHOWN",
	unix.CAP_DAC_OVERRIDE:       "DAC_OVERRIDE",
	unix.CAP_DAC_READ_SEARCH:    "DAC_READ_SEARCH",
	unix.CAP_FOWNER:             "FOWNER",
	unix.CAP_FSETID:             "FSETID",
	unix.CAP_KILL:               "KILL",
	unix.CAP_SETGID:             "SETGID",
	unix.CAP_SETUID:             "SETUID",
	unix.CAP_SETPCAP:            "SETPCAP",
	unix.CAP_LINUX_IMMUTABLE:    "LINUX_IMMUTABLE",
	unix.CAP_NET_BIND_SERVICE:   "NET_BIND_SERVICE",
	unix.CAP_NET_BROADCAST:      "NET_BROADCAST",
	unix.CAP_NET_ADMIN:          "NET_ADMIN",
	unix.CAP_NET_RAW:            "NET_RAW",
	unix.CAP_IPC_LOCK:           "IPC_LOCK",
	unix.CAP_IPC_OWNER:          "IPC_OWNER",
	unix.CAP_SYS_MODULE:         "SYS_MODULE",
	unix.CAP_SYS_RAWIO:          "SYS_RAWIO",
	unix.CAP_SYS_CHROOT:         "SYS_CHROOT",
	unix.CAP_SYS_PTRACE:         "SYS_PTRACE",
	unix.CAP_SYS_PACCT:          "SYS_PACCT",
	unix.CAP_SYS_ADMIN:          "SYS_ADMIN",
	unix.CAP_SYS_BOOT:           "SYS_BOOT",
	unix.CAP_SYS_NICE:           "SYS_NICE",
	unix.CAP_SYS_RESOURCE:       "SYS_RESOURCE",
	unix.CAP_SYS_TIME:           "SYS_TIME",
	unix.CAP_SYS_TTY_CONFIG:     "SYS_TTY_CONFIG",
	unix.CAP_MKNOD:              "MKNOD",
	unix.CAP_LEASE:              "LEASE",
	unix.CAP_AUDIT_WRITE:        "AUDIT_WRITE",
	unix.CAP_AUDIT_CONTROL:      "AUDIT_CONTROL",
	unix.CAP_SETFCAP:            "SETFCAP",
	unix.CAP_MAC_OVERRIDE:       "MAC_OVERRIDE",
	unix.CAP_MAC_ADMIN:          "MAC_ADMIN",
	unix.CAP_SYSLOG:             "SYSLOG",
	unix.CAP_WAKE_ALARM:         "WAKE_ALARM",
	unix.CAP_BLOCK_SUSPEND:      "BLOCK_SUSPEND",
	unix.CAP_AUDIT_READ:         "AUDIT_READ",
	unix.CAP_PERFMON:            "PERFMON",
	unix.CAP_BPF:                "BPF",
	unix.CAP_CHECKPOINT_RESTORE: "CHECKPOINT_RESTORE",
}
