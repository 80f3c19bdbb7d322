package doctor

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// seccompFilter is the value of Seccomp in /proc/PID/status for a process
// under a filter (SECCOMP_MODE_FILTER).
const seccompFilter = "2"

// status is what of /proc/self/status is of use here.
type status struct {
	effective uint64
	seccomp   string
}

// selfStatus reads our own status; where it can't be read, it shows nothing held.
func selfStatus() status {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return status{}
	}
	return parseStatus(string(b))
}

// parseStatus reads the format of proc_pid_status(5).
func parseStatus(text string) status {
	var s status
	for l := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(l), ":")
		value = strings.TrimSpace(value)
		switch key {
		case "CapEff":
			s.effective, _ = strconv.ParseUint(value, 16, 64)
		case "Seccomp":
			s.seccomp = value
		}
	}
	return s
}

// holds reports whether a capability is effective.
func (s status) holds(capability int) bool {
	return s.effective&(1<<capability) != 0
}

// capabilities names the effective ones, or those that lack where these are
// fewer, or says "all" or "none". The last capability is the kernel's own
// last, since a newer kernel may know more.
func (s status) capabilities(last int) string {
	var held, lacking []string
	for i := range last + 1 {
		if s.holds(i) {
			held = append(held, capabilityName(i))
		} else {
			lacking = append(lacking, capabilityName(i))
		}
	}
	switch {
	case held == nil:
		return "none"
	case lacking == nil:
		return "all"
	case len(lacking) < len(held):
		return "all but " + strings.Join(lacking, " ")
	}
	return strings.Join(held, " ")
}

// capabilityName is a capability's name in capabilities(7).
func capabilityName(n int) string {
	if n < len(capabilityNames) {
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
