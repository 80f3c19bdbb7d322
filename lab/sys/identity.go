package sys

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Setgroups is setgroups(2) of the calling thread.
func (t *Tracer) Setgroups(gids []int) error {
	list := make([]string, len(gids))
	for i, gid := range gids {
		list[i] = decimal(gid)
	}
	written := "NULL"
	if len(gids) > 0 {
		written = "[" + strings.Join(list, ", ") + "]"
	}
	return t.done("setgroups", 0, unix.Setgroups(gids), decimal(len(gids)), written)
}

// Setresgid is setresgid(2) of the calling thread, with one id for all three.
func (t *Tracer) Setresgid(gid int) error {
	_, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, uintptr(gid), uintptr(gid), uintptr(gid))
	return t.Result("setresgid", 0, errno, decimal(gid), decimal(gid), decimal(gid))
}

// Setresuid is setresuid(2) of the calling thread, with one id for all three.
func (t *Tracer) Setresuid(uid int) error {
	_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid))
	return t.Result("setresuid", 0, errno, decimal(uid), decimal(uid), decimal(uid))
}

// Prlimit is prlimit64(2) of the caller's own limit. Name is the resource's in
// the manual, such as "RLIMIT_NOFILE".
func (t *Tracer) Prlimit(resource int, name string, soft, hard uint64) error {
	err := unix.Prlimit(0, resource, &unix.Rlimit{Cur: soft, Max: hard}, nil)
	return t.done("prlimit64", 0, err, "0", name, fmt.Sprintf("{rlim_cur=%s, rlim_max=%s}", limit(soft), limit(hard)), "NULL")
}

func limit(n uint64) string {
	switch {
	case n == unix.RLIM_INFINITY:
		return "RLIM64_INFINITY"
	case n > 1024 && n%1024 == 0:
		return fmt.Sprintf("%d*1024", n/1024)
	}
	return fmt.Sprint(n)
}
