package process

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// plan is everything that a forked child needs, laid out beforehand: between
// fork and exec a copy of a Go process may neither allocate nor grow its stack
// nor take a lock, since the threads that hold the runtime's locks are not in
// the copy.
type plan struct {
	clone   uintptr     // CLONE_NEW* flags of the namespaces to be born in
	pidfd   uintptr     // whose namespaces to join
	join    uintptr     // CLONE_NEW* flags of those to join; 0 joins none
	start   uintptr     // read end: one byte says that the parent is done
	starter uintptr     // its write end, of which the child has a copy
	status  uintptr     // write end: steps, as they are made
	keep    [10]uintptr // descriptors that survive the exec
	kept    int
	exe     uintptr
	argv    **byte
	envp    **byte
	empty   *byte
}

// A step is what a forked child tells of itself: which, and its result.
type step struct {
	Which int32
	Value int32
}

const (
	stepJoined int32 = iota + 1 // setns: 0 or an errno
	stepUser                    // setresuid and setresgid: 0 or an errno
	stepBorn                    // clone inside: the child's pid, or minus an errno
	stepExec                    // execveat: an errno; success closes the pipe
)

// fork makes the child and returns its pid; the child never returns.
//
// os/exec can't do this: it knows no setns(2), and a Go process, which always
// has several threads, may not join or unshare a user namespace itself
// (EINVAL, setns(2)). A forked child has one thread only.
func fork(p *plan) (int, syscall.Errno) {
	// No other goroutine may fork while our descriptors are without close-on-exec.
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	// A signal's handler is Go code that the child can't run, so none may
	// arrive there before the handlers are reset.
	all, old := ^uint64(0), uint64(0)
	sigmask(&all, &old)
	pid, errno := forkRaw(p, &old)
	sigmask(&old, nil)
	runtime.KeepAlive(p)
	return pid, errno
}

//go:nosplit
func sigmask(set, old *uint64) {
	_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK,
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
}

// forkRaw is fork without the runtime: raw system calls only.
//
//go:nosplit
//go:noinline
//go:norace
func forkRaw(p *plan, mask *uint64) (int, syscall.Errno) {
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, p.clone|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return int(pid), errno
	}

	if p.join != 0 {
		// Until the exec we are still a copy of a process that runs byhand's
		// file itself. Who is not dumpable can be looked at only with
		// CAP_SYS_PTRACE where byhand was started, which no container has that
		// has a user namespace or was not given it (ptrace(2)).
		_, _, _ = syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0, 0, 0, 0, 0)
		Enter(p)
	}

	// Nothing happens before the parent has written the id maps and its
	// journal. Where it gives up, the read ends with nothing, if the child's
	// own copy of the write end is closed; where it dies, another waiting
	// child may still hold a copy, so the kernel ends this one too.
	_, _, _ = syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0, 0)
	_, _, _ = syscall.RawSyscall(unix.SYS_CLOSE, p.starter, 0, 0)
	var one [1]byte
	for {
		n, _, e := syscall.RawSyscall(unix.SYS_READ, p.start, uintptr(unsafe.Pointer(&one)), 1)
		if n == 1 && e == 0 {
			break
		}
		if e != unix.EINTR {
			exitRaw(1)
		}
	}

	if p.clone&unix.CLONE_NEWUSER != 0 {
		// Root inside, whoever that is outside: as anybody else it would lose
		// its capabilities on exec. Where root is not mapped this is EINVAL.
		_, _, _ = syscall.RawSyscall(unix.SYS_SETRESGID, 0, 0, 0)
		_, _, _ = syscall.RawSyscall(unix.SYS_SETRESUID, 0, 0, 0)
	}

	// What is started may outlive byhand.
	_, _, _ = syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, 0, 0, 0, 0, 0)

	// As exec would, but before signals are let in again: SIG_DFL for all
	// that are not ignored. A struct sigaction of zeros is SIG_DFL.
	for sig := uintptr(1); sig <= 64; sig++ {
		var action [4]uintptr
		_, _, errno = syscall.RawSyscall6(unix.SYS_RT_SIGACTION, sig, 0, uintptr(unsafe.Pointer(&action)), 8, 0, 0)
		if errno == 0 && action[0] > 1 {
			action = [4]uintptr{}
			_, _, _ = syscall.RawSyscall6(unix.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
		}
	}
	sigmask(mask, nil)

	// What byhand itself was left by who started it, such as a directory of the
	// machine's, is nothing for a container. Before Linux 5.11 the kernel knows
	// no such flag, and the descriptors are taken singly, as many as are usual.
	_, _, errno = syscall.RawSyscall(unix.SYS_CLOSE_RANGE, 3, ^uintptr(0)>>32, unix.CLOSE_RANGE_CLOEXEC)
	if errno != 0 {
		for fd := uintptr(3); fd < 1024; fd++ {
			_, _, _ = syscall.RawSyscall(unix.SYS_FCNTL, fd, unix.F_SETFD, unix.FD_CLOEXEC)
		}
	}
	for i, fd := range p.keep {
		if i < p.kept {
			_, _, _ = syscall.RawSyscall(unix.SYS_FCNTL, fd, unix.F_SETFD, 0)
		}
	}
	// By descriptor, since after setns the path may lead elsewhere or nowhere.
	_, _, errno = syscall.RawSyscall6(unix.SYS_EXECVEAT, p.exe, uintptr(unsafe.Pointer(p.empty)),
		uintptr(unsafe.Pointer(p.argv)), uintptr(unsafe.Pointer(p.envp)), unix.AT_EMPTY_PATH, 0)
	tell(p, stepExec, int32(errno))
	exitRaw(127)
	return 0, 0
}

// Enter joins the namespaces of another process, and returns in a child that is
// inside. It runs in the copy that fork makes: see plan.
//
//go:nosplit
//go:norace
func Enter(p *plan) {
	// All at once: the kernel sorts out that the user namespace comes
	// first, which grants the right to join the others.
	_, _, errno := syscall.RawSyscall(unix.SYS_SETNS, p.pidfd, p.join, 0)
	tell(p, stepJoined, int32(errno))
	if errno != 0 {
		exitRaw(1)
	}
	if p.join&unix.CLONE_NEWUSER != 0 {
		// Whoever joins keeps the user id it had outside, which may have
		// no name inside; as root inside, it keeps its capabilities on exec.
		_, _, errno = syscall.RawSyscall(unix.SYS_SETRESGID, 0, 0, 0)
		if errno == 0 {
			_, _, errno = syscall.RawSyscall(unix.SYS_SETRESUID, 0, 0, 0)
		}
		tell(p, stepUser, int32(errno))
		if errno != 0 {
			exitRaw(1)
		}
	}
	// A joined pid namespace is for children only, so there must be one.
	// CLONE_PARENT makes it the first caller's child, which can wait for it.
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, unix.CLONE_PARENT|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		tell(p, stepBorn, -int32(errno))
		exitRaw(1)
	}
	if pid != 0 {
		tell(p, stepBorn, int32(pid))
		exitRaw(0)
	}
}

//go:nosplit
//go:norace
func tell(p *plan, which, value int32) {
	s := step{Which: which, Value: value}
	_, _, _ = syscall.RawSyscall(unix.SYS_WRITE, p.status, uintptr(unsafe.Pointer(&s)), unsafe.Sizeof(s))
}

//go:nosplit
//go:norace
func exitRaw(code uintptr) {
	for {
		_, _, _ = syscall.RawSyscall(unix.SYS_EXIT_GROUP, code, 0, 0)
	}
}
