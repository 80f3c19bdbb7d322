package torture

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// install lets the calling thread, and all that comes of it, ask before each call
// of a kind (seccomp_unotify(2)). The descriptor at which they ask is closed by
// the next execve(2).
func install(k Kind) error {
	program := filter(calls[k])
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	for {
		_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
		if errors.Is(errno, unix.EINVAL) && flags&unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV != 0 {
			// Before Linux 6.0 a signal has the call made again, and counted so.
			flags &^= unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
			continue
		}
		if errno != 0 {
			return fmt.Errorf("seccomp: %w", errno)
		}
		return nil
	}
}

// Where struct seccomp_data has the call's number, and the lower half of its
// first argument on a little-endian machine.
const (
	numberAt   = 0
	argumentAt = 16
)

// filter asks before each of the calls, but for a clone(2) that only makes a
// thread.
func filter(numbers []uint32) []unix.SockFilter {
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	end := func(verdict uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: verdict}
	}
	const ask = 4 // instructions from the end of the list to that which asks
	program := []unix.SockFilter{load(numberAt)}
	for i, n := range numbers {
		to := uint8(len(numbers) - i - 1 + ask)
		if n == unix.SYS_CLONE {
			to = uint8(len(numbers) - i - 1 + 1)
		}
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: to, K: n})
	}
	return append(program,
		end(unix.SECCOMP_RET_ALLOW),
		load(argumentAt),
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, Jf: 1, K: unix.CLONE_THREAD},
		end(unix.SECCOMP_RET_ALLOW),
		end(unix.SECCOMP_RET_USER_NOTIF),
	)
}
