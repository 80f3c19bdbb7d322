package sys

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Error is a system call that the kernel refused. It unwraps to the errno, and
// names the capability that is missing where the answer was EPERM.
type Error struct {
	// Call is the call with its arguments.
	Call Call
	// Err is the errno.
	Err error
}

// Error writes the call in strace's notation, then why it failed.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s(%s): %v", e.Call.Name, strings.Join(e.Call.Args, ", "), e.Err)
	if need := capabilityFor(e.Call.Name); need != "" && errors.Is(e.Err, unix.EPERM) {
		s += " (it needs " + need + ")"
	}
	return s
}

// Unwrap gives the errno, for errors.Is(err, unix.EPERM).
func (e *Error) Unwrap() error { return e.Err }

// capabilityFor names what a caller must hold for the call, from each one's
// manual page in section 2.
func capabilityFor(call string) string {
	switch call {
	case "chroot":
		return "CAP_SYS_CHROOT; sudo gives it, and so does a user namespace of your own"
	case "mount", "umount2", "pivot_root", "setns", "sethostname", "unshare":
		return "CAP_SYS_ADMIN in the user namespace that owns the namespace concerned"
	case "clone":
		return "CAP_SYS_ADMIN, or permission to create user namespaces: see `byhand doctor`"
	}
	return ""
}
