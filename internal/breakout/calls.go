package breakout

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	afALG   = unix.AF_ALG
	afVSOCK = unix.AF_VSOCK
)

func ioctl(fd int, request uintptr, arg *byte) error {
	return granted(syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(arg))))
}

// syscall makes a call with up to five arguments.
func syscall(number uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	if _, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
		return errno
	}
	return nil
}

// granted takes what the kernel says of bad arguments for success: so far it gets
// only with who has the right.
func granted(err error, said ...unix.Errno) error {
	for _, errno := range said {
		if errors.Is(err, errno) {
			return nil
		}
	}
	return err
}

func trace(o Outside) (string, error) {
	err := unix.PtraceAttach(o.Victim)
	if err == nil {
		_, _ = unix.Wait4(o.Victim, nil, unix.WALL, nil)
		_ = unix.PtraceDetach(o.Victim)
	}
	return "ptrace(PTRACE_ATTACH)", err
}

func signal(o Outside) (string, error) { return "kill(PID, 0)", unix.Kill(o.Victim, 0) }

func join(o Outside) (string, error) {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/ns/uts", o.Victim), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "open /proc/PID/ns/uts", err
	}
	return "setns", unix.Setns(fd, unix.CLONE_NEWUTS)
}

func socket(o Outside) (string, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "socket", err
	}
	defer unix.Close(fd)
	return "connect", unix.Connect(fd, &unix.SockaddrUnix{Name: "@" + o.Socket})
}

func family(number int) func(Outside) (string, error) {
	return func(Outside) (string, error) {
		fd, err := unix.Socket(number, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
		if errors.Is(err, unix.ESOCKTNOSUPPORT) || errors.Is(err, unix.ENODEV) {
			fd, err = unix.Socket(number, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		}
		if err == nil {
			_ = unix.Close(fd)
		}
		return "socket", err
	}
}

// groups opens the list of the members of the topmost control group in sight.
func groups(Outside) (string, error) {
	return writes("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs")(Outside{})
}

// release mounts a hierarchy of control groups: one of version 1 has a program that
// the kernel runs outside when a group is empty.
func release(Outside) (string, error) {
	const dir = "/tmp/groups"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "mkdir", err
	}
	if err := private(); err != nil {
		return "unshare(CLONE_NEWNS)", err
	}
	if unix.Mount("cgroup", dir, "cgroup", 0, "memory") == nil {
		return writes(dir + "/release_agent")(Outside{})
	}
	return "mount", unix.Mount("cgroup2", dir, "cgroup2", 0, "")
}

// private gives the thread its own mounts, where it may; who may not goes on with
// those that there are.
func private() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	// In a chroot that is no mount point there is nothing to be changed.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil && !errors.Is(err, unix.EINVAL) {
		return err
	}
	return nil
}

func unshareMount(Outside) (string, error) {
	if err := private(); err != nil {
		return "unshare(CLONE_NEWNS)", err
	}
	return "mount", unix.Mount("x", "/tmp", "tmpfs", 0, "")
}

func unhide(Outside) (string, error) {
	err := unix.Unmount("/proc/keys", unix.MNT_DETACH)
	return "umount2 /proc/keys", granted(err, unix.EINVAL) // nothing is mounted there
}

func keyctl(Outside) (string, error) {
	_, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false)
	return "keyctl", granted(err, unix.ENOKEY)
}

func bpf(Outside) (string, error) {
	attr := struct{ kind, key, value, entries, flags uint32 }{kind: unix.BPF_MAP_TYPE_ARRAY, key: 4, value: 4, entries: 1}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_MAP_CREATE, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno != 0 {
		return "bpf(BPF_MAP_CREATE)", errno
	}
	return "bpf(BPF_MAP_CREATE)", unix.Close(int(fd))
}

func userfault(Outside) (string, error) {
	fd, _, errno := unix.Syscall(unix.SYS_USERFAULTFD, unix.O_CLOEXEC, 0, 0)
	if errno != 0 {
		return "userfaultfd", errno
	}
	return "userfaultfd", unix.Close(int(fd))
}

func perf(Outside) (string, error) {
	attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_CPU_CLOCK, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{}))}
	fd, err := unix.PerfEventOpen(&attr, -1, 0, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err == nil {
		_ = unix.Close(fd)
	}
	return "perf_event_open", err
}

func module(Outside) (string, error) {
	return "init_module", granted(unix.InitModule(nil, ""), unix.EFAULT, unix.ENOEXEC, unix.EINVAL)
}

// kexec asks for more segments than there may be.
func kexec(Outside) (string, error) {
	return "kexec_load", granted(syscall(unix.SYS_KEXEC_LOAD, 0, 1<<20, 0, 0), unix.EINVAL)
}

// reboot lacks the magic numbers without which the kernel does nothing.
func reboot(Outside) (string, error) {
	return "reboot", granted(syscall(unix.SYS_REBOOT, 0, 0, 0, 0), unix.EINVAL)
}

func swap(Outside) (string, error) {
	return "swapon", granted(syscall(unix.SYS_SWAPON, 0, 0), unix.EFAULT)
}

// syslog asks how large the kernel's log is.
func syslog(Outside) (string, error) {
	const size = 10 // SYSLOG_ACTION_SIZE_BUFFER
	return "syslog", syscall(unix.SYS_SYSLOG, size, 0, 0)
}

// clock asks for ticks of a length that no clock has.
func clock(Outside) (string, error) {
	_, err := unix.Adjtimex(&unix.Timex{Modes: unix.ADJ_TICK, Tick: 1})
	return "adjtimex", granted(err, unix.EINVAL)
}

func uring(Outside) (string, error) {
	return "io_uring_setup", granted(syscall(unix.SYS_IO_URING_SETUP, 0, 0), unix.EINVAL, unix.EFAULT)
}
