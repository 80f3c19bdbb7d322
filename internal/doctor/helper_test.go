package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"byhand/internal/rerun"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { rerun.Main(m, examine) }

// examine does a job such as "chroot /dir|user-namespaces" and prints the
// findings as JSON; "all" stands for All.
func examine(job string) error {
	spoil, what, _ := strings.Cut(job, "|")
	verb, arg, _ := strings.Cut(spoil, " ")
	var err error
	switch verb {
	case "":
	case "limit":
		err = limit(arg)
	case "limit-and-drop":
		if err := limit(arg); err != nil {
			return err
		}
		// Else uid 0 could not be mapped in a user namespace.
		return dropped(what, unix.CAP_SETFCAP)
	case "drop":
		return dropped(what)
	case "chroot":
		err = enterChroot(arg)
	case "chroot-of-first":
		return besideFirst(arg, what)
	case "filter":
		err = refuseByFilter(arg)
	case "cover":
		err = unix.Mount("/dev/null", arg, "", unix.MS_BIND, "")
	default:
		err = fmt.Errorf("no such job: %q", job)
	}
	if err != nil {
		return err
	}
	found := All
	if what != "all" {
		found = func(ctx context.Context) []Finding { return []Finding{Examine(ctx, Need(what))} }
	}
	return json.NewEncoder(os.Stdout).Encode(found(context.Background()))
}

// child starts this test binary on a job and returns what it found.
func child(t *testing.T, attr *syscall.SysProcAttr, job string) []Finding {
	t.Helper()
	cmd := rerun.Job(attr, job)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("child on %q: %v: %s", job, err, stderr.String())
	}
	var all []Finding
	if err := json.Unmarshal(stdout.Bytes(), &all); err != nil {
		t.Fatalf("child on %q: %v in %q", job, err, stdout.String())
	}
	return all
}

// ordinary are the attributes of a child without privilege.
func ordinary(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to become another user")
	}
	attr := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if err := try(t.Context(), attr); err != nil {
		t.Skipf("this root may not become another user: %v", err)
	}
	return attr
}

// private are the attributes of a child that may mount and chroot, with
// nothing of it seen outside.
func private(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	if f := Examine(t.Context(), UserNamespaces); !f.OK {
		t.Skipf("no user namespace to spoil: %s", f.Got)
	}
	attr := lent()
	attr.Unshareflags = unix.CLONE_NEWNS
	return attr
}

// limit permits no more namespaces of some kinds, in this user namespace alone.
func limit(kinds string) error {
	for _, k := range strings.Fields(kinds) {
		if err := os.WriteFile("/proc/sys/user/max_"+k+"_namespaces", []byte("0"), 0); err != nil {
			return err
		}
	}
	return nil
}

// dropped examines in a child that is uid 0 with these capabilities only.
func dropped(what string, keep ...uintptr) error {
	// Securebits are a thread's, and the child takes them from the one that forks it.
	runtime.LockOSThread()
	const noRoot, noRootLocked = 1 << 0, 1 << 1 // linux/securebits.h
	if err := unix.Prctl(unix.PR_SET_SECUREBITS, noRoot|noRootLocked, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl PR_SET_SECUREBITS: %w", err)
	}
	cmd := rerun.Job(&syscall.SysProcAttr{AmbientCaps: keep}, "|"+what)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// enterChroot makes dir, which is not a mount point, a root with the host's
// programs and changes into it.
func enterChroot(dir string) error {
	for _, name := range []string{"bin", "lib", "lib64", "usr", "proc"} {
		from, to := "/"+name, filepath.Join(dir, name)
		if link, err := os.Readlink(from); err == nil {
			if err := os.Symlink(link, to); err != nil {
				return err
			}
			continue
		}
		if !exists(from) {
			continue
		}
		if err := os.Mkdir(to, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("mount %s %s: %w", from, to, err)
		}
	}
	if err := unix.Chroot(dir); err != nil {
		return err
	}
	return unix.Chdir("/")
}

// besideFirst examines in a chroot on a mount point, as a child of this
// process, which must be PID 1 of its own namespace.
func besideFirst(dir, what string) error {
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount proc: %w", err)
	}
	if err := unix.Mount("/", dir, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount / %s: %w", dir, err)
	}
	cmd := rerun.Job(&syscall.SysProcAttr{Chroot: dir}, "|"+what)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// refuseByFilter installs a seccomp filter that answers EPERM to what is named:
// "chroot", or namespaces of a kind, as container engines' filters do.
func refuseByFilter(what string) error {
	const nr, firstArg = 0, 16 // offsets in struct seccomp_data on little-endian machines
	const load, equal, anyBit, give = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS,
		unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	const eperm = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	program := []unix.SockFilter{
		{Code: load, K: nr},
		{Code: equal, K: unix.SYS_UNSHARE, Jt: 1},
		{Code: equal, K: unix.SYS_CLONE, Jf: 3},
		{Code: load, K: firstArg},
		{Code: anyBit, K: map[string]uint32{"user": unix.CLONE_NEWUSER, "uts": unix.CLONE_NEWUTS}[what], Jf: 1},
		{Code: give, K: eperm},
		{Code: give, K: unix.SECCOMP_RET_ALLOW},
	}
	if what == "chroot" {
		program = []unix.SockFilter{
			{Code: load, K: nr},
			{Code: equal, K: unix.SYS_CHROOT, Jf: 1},
			{Code: give, K: eperm},
			{Code: give, K: unix.SECCOMP_RET_ALLOW},
		}
	}
	// PR_SET_NO_NEW_PRIVS is a thread's, and seccomp(2) wants it of its caller.
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl PR_SET_NO_NEW_PRIVS: %w", err)
	}
	list := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	// Every thread has to be under it, since any may fork the trials; the other
	// threads take over this one's PR_SET_NO_NEW_PRIVS.
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&list)))
	if errno != 0 {
		return fmt.Errorf("seccomp SECCOMP_SET_MODE_FILTER: %w", errno)
	}
	return nil
}
