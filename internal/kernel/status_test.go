package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"byhand/internal/rerun"

	"golang.org/x/sys/unix"
)

func TestParseStatus(t *testing.T) {
	const text = "Name:\t\ta\\nb\\\\c: d\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t42\nPid:\t42\nPPid:\t7\n" +
		"Uid:\t1\t2\t3\t4294967295\nGid:\t5\t6\t7\t8\nGroups:\t4 24 \nNSpid:\t42\t9\t1\nThreads:\t3\n" +
		"CapInh:\t0000000000000001\nCapPrm:\t0000000000000002\nCapEff:\t0000000000240000\nCapBnd:\tffffffffffffffff\nCapAmb:\t0000000000000008\n" +
		"NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t11\nNovel:\tx\n"
	want := Status{
		Name: "\ta\nb\\c: d", State: "S", PID: 42, Parent: 7, UID: IDs{1, 2, 3, 4294967295}, GID: IDs{5, 6, 7, 8},
		Groups: []int{4, 24}, NSpid: []int{42, 9, 1}, Threads: 3, CapInh: 1, CapPrm: 2, CapEff: 0x240000, CapBnd: 1<<64 - 1, CapAmb: 8,
		NoNewPrivs: true, Seccomp: 2, SeccompFilters: 11,
	}
	if got, err := ParseStatus(text); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseStatus = %+v, %v; want %+v", got, err, want)
	}
	old := Status{PID: 3, Seccomp: NoSeccomp}
	if got, err := ParseStatus("Pid:\t3\nGroups:\t \n"); err != nil || !reflect.DeepEqual(got, old) {
		t.Errorf("ParseStatus of an old kernel's = %+v, %v; want %+v", got, err, old)
	}
	for _, bad := range []string{
		"", "Name:\tx\n", "Pid:\tx\n", "Pid:\t1\n\n", "Pid:\t1\nno name\n", "Pid:\t1\nUid:\t1\t2\t3\n", "Pid:\t1\nGid:\t1\t2\t3\tx\n",
		"Pid:\t1\nNSpid:\tx\n", "Pid:\t1\nCapEff:\tg\n", "Pid:\t1\nCapBnd:\t1ffffffffffffffff\n", "Pid:\t1\nSeccomp:\t\n", "Pid:\t1\nNoNewPrivs:\t2\n",
	} {
		if got, err := ParseStatus(bad); err == nil {
			t.Errorf("ParseStatus(%q) = %+v; want an error", bad, got)
		}
	}
}

// TestStatusAgainstCalls asks the kernel the same of this process by system calls.
func TestStatusAgainstCalls(t *testing.T) {
	got, err := ReadStatus(0)
	if err != nil {
		t.Fatal(err)
	}
	var set [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &set[0]); err != nil {
		t.Fatal(err)
	}
	capabilities := func(low, high uint32) Capabilities { return Capabilities(high)<<32 | Capabilities(low) }
	var ids [6]int
	ids[0], ids[1], ids[2] = unix.Getresuid()
	ids[3], ids[4], ids[5] = unix.Getresgid()
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	privs, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"PID", got.PID, os.Getpid()},
		{"Parent", got.Parent, os.Getppid()},
		{"UID", got.UID, IDs{ids[0], ids[1], ids[2], ids[1]}},
		{"GID", got.GID, IDs{ids[3], ids[4], ids[5], ids[4]}},
		{"Groups", fmt.Sprint(got.Groups), fmt.Sprint(groups)},
		{"CapEff", got.CapEff, capabilities(set[0].Effective, set[1].Effective)},
		{"CapPrm", got.CapPrm, capabilities(set[0].Permitted, set[1].Permitted)},
		{"CapInh", got.CapInh, capabilities(set[0].Inheritable, set[1].Inheritable)},
		{"NoNewPrivs", got.NoNewPrivs, privs == 1},
		{"the last of NSpid", got.NSpid[len(got.NSpid)-1], os.Getpid()},
	} {
		if tt.got != tt.want {
			t.Errorf("ReadStatus(0): %s = %v; want %v", tt.name, tt.got, tt.want)
		}
	}
	last, err := LastCapability()
	if err != nil {
		t.Fatal(err)
	}
	for n := range last + 2 {
		// PR_CAPBSET_READ is EINVAL for what the kernel does not know.
		has, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(n), 0, 0, 0)
		if known := n <= last; known != (err == nil) || got.CapBnd.Has(n) != (has == 1) {
			t.Errorf("LastCapability() = %d, CapBnd.Has(%d) = %t; want %t, %v", last, n, got.CapBnd.Has(n), has == 1, err)
		}
		held, err := unix.PrctlRetInt(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_IS_SET, uintptr(n), 0, 0)
		if got.CapAmb.Has(n) != (err == nil && held == 1) {
			t.Errorf("CapAmb.Has(%d) = %t; want %d, %v", n, got.CapAmb.Has(n), held, err)
		}
	}
}

func TestStatusInside(t *testing.T) {
	pid := stand(t, inside(t, unix.CLONE_NEWPID), "stand", nil)
	got, err := ReadStatus(pid)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.NSpid); n < 2 || got.NSpid[0] != pid || got.NSpid[n-1] != 1 {
		t.Errorf("NSpid = %v; want %d first and 1 last", got.NSpid, pid)
	}
	if last, err := LastCapability(); err != nil || got.CapEff != Capabilities(1)<<(last+1)-1 {
		t.Errorf("CapEff = %#x, %v; want all of 0 to %d", uint64(got.CapEff), err, last)
	}
	if field, err := StatusField(pid, "NSpid"); err != nil || field != strings.Trim(fmt.Sprint(got.NSpid), "[]") {
		t.Errorf("StatusField(NSpid) = %q, %v; want %v", field, err, got.NSpid)
	}
	if field, err := StatusField(pid, "NS"); err == nil {
		t.Errorf("StatusField(NS) = %q; want an error", field)
	}
	uids, err1 := UIDMap(pid)
	gids, err2 := GIDMap(pid)
	wantU, wantG := fmt.Sprintf("0 %d 1", os.Geteuid()), fmt.Sprintf("0 %d 1", os.Getegid())
	if uids != wantU || gids != wantG {
		t.Errorf("UIDMap, GIDMap = %q, %v, %q, %v; want %q, %q", uids, err1, gids, err2, wantU, wantG)
	}
}

func TestMapsOfSeveralRanges(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to map more than its own id")
	}
	attr := inside(t, 0)
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: 1000, Size: 1}, {ContainerID: 1, HostID: 100000, Size: 65536}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: 2000, Size: 3}}
	// The binary of the tests may be closed to the other user.
	cmd := exec.Command(command(t, "sh"), "-c", "echo; exec cat")
	cmd.SysProcAttr, cmd.Dir = attr, "/"
	pid := rerun.Start(t, cmd, nil)
	uids, err1 := UIDMap(pid)
	gids, err2 := GIDMap(pid)
	if uids != "0 1000 1 1 100000 65536" || gids != "0 2000 3" {
		t.Errorf("UIDMap, GIDMap = %q, %v, %q, %v; want the three ranges", uids, err1, gids, err2)
	}
}

func TestStatusOfSetpriv(t *testing.T) {
	setpriv := command(t, "setpriv")
	status := func(args ...string) (got Status) {
		// No shell in between: some put the effective user back to the real one.
		cmd := exec.Command(setpriv, append(args, "cat")...)
		cmd.Dir = "/"
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
		eventually(t, "cat under setpriv", func() bool {
			var err error
			got, err = ReadStatus(cmd.Process.Pid)
			return err == nil && got.Name == "cat"
		})
		return got
	}
	if got := status("--no-new-privs"); !got.NoNewPrivs {
		t.Error("ReadStatus under setpriv --no-new-privs: NoNewPrivs = false; want true")
	}
	if os.Geteuid() != 0 {
		t.Skip("the rest needs root, to become other users")
	}
	got := status("--ruid", "3", "--euid", "4", "--rgid", "5", "--egid", "6", "--groups", "8,7")
	want := Status{UID: IDs{3, 4, 4, 4}, GID: IDs{5, 6, 6, 6}, Groups: []int{7, 8}}
	if got.UID != want.UID || got.GID != want.GID || !reflect.DeepEqual(got.Groups, want.Groups) || got.CapEff != 0 || got.NoNewPrivs {
		t.Errorf("ReadStatus under setpriv = %+v; want UID %+v, GID %+v, groups %v and no capability", got, want.UID, want.GID, want.Groups)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"plain", "a) R 1 (", "\tb\\n\\\\", "nl\nx: y", "\u00a0 "} {
		pid := stand(t, &syscall.SysProcAttr{}, "comm "+name, nil)
		status, err1 := ReadStatus(pid)
		stat, err2 := ReadStat(pid)
		if status.Name != name || stat.Name != name {
			t.Errorf("names of %q: ReadStatus %q, %v, ReadStat %q, %v", name, status.Name, err1, stat.Name, err2)
		}
		if stat.PID != pid || stat.Parent != os.Getpid() || stat.Group != unix.Getpgrp() {
			t.Errorf("ReadStat(%d) = %+v; want parent %d, group %d", pid, stat, os.Getpid(), unix.Getpgrp())
		}
		if session, err := unix.Getsid(pid); stat.Session != session {
			t.Errorf("ReadStat(%d): session %d; want %d, %v", pid, stat.Session, session, err)
		}
	}
}

func TestCapabilities(t *testing.T) {
	for set, want := range map[Capabilities]string{
		0: "none", 1: "CAP_CHOWN", 0x240000: "CAP_SYS_CHROOT CAP_SYS_ADMIN", 1 << 40: "CAP_CHECKPOINT_RESTORE", 1<<63 | 1: "CAP_CHOWN capability 63",
	} {
		if got := set.String(); got != want {
			t.Errorf("Capabilities(%#x).String() = %q; want %q", uint64(set), got, want)
		}
	}
	set := Capabilities(1<<63 | 1<<unix.CAP_SYS_ADMIN)
	for n, want := range map[int]bool{unix.CAP_SYS_ADMIN: true, unix.CAP_SYS_PTRACE: false, 63: true, 64: false, -1: false} {
		if got := set.Has(n); got != want {
			t.Errorf("Has(%d) = %t; want %t", n, got, want)
		}
	}
	if got := CapabilityName(-1); got != "capability -1" {
		t.Errorf("CapabilityName(-1) = %q; want its number", got)
	}
}
