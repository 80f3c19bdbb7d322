package sys

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// NoNewPrivileges is prctl(2) with PR_SET_NO_NEW_PRIVS: no program that the
// calling thread executes gains anything by set-user-ID bits or capabilities
// of its file, and neither do its children.
func (t *Tracer) NoNewPrivileges() error {
	err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	return t.done("prctl", 0, err, "PR_SET_NO_NEW_PRIVS", "1", "0", "0", "0")
}

// DieWithParent is prctl(2) with PR_SET_PDEATHSIG and SIGKILL.
func (t *Tracer) DieWithParent() error {
	err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0)
	return t.done("prctl", 0, err, "PR_SET_PDEATHSIG", "SIGKILL")
}

// Seccomp is seccomp(2) with SECCOMP_SET_MODE_FILTER: from here on the filter
// judges every system call of the calling thread and of all that come of it.
func (t *Tracer) Seccomp(filter []unix.SockFilter) error {
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program)))
	return t.Result("seccomp", 0, errno, "SECCOMP_SET_MODE_FILTER", "0", fmt.Sprintf("{len=%d, filter=%p}", len(filter), program.Filter))
}
