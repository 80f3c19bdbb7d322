package sys

import (
	_ "embed"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// things are what the calls need and what must not stand between them.
type things struct {
	// dir is open.
	dir int
	// alive and dead are pidfds of processes.
	alive, dead int
}

func prepare() (th things, err error) {
	if th.dir, err = unix.Open(".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return th, err
	}
	for _, fd := range []*int{&th.alive, &th.dead} {
		p, err := os.StartProcess("/bin/sleep", []string{"sleep", "60"}, &os.ProcAttr{Sys: &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}})
		if err != nil {
			return th, err
		}
		if *fd, err = unix.PidfdOpen(p.Pid, 0); err != nil {
			return th, err
		}
		if fd == &th.dead {
			_ = p.Kill()
			_, err = p.Wait()
		}
		if err != nil {
			return th, err
		}
	}
	return th, nil
}

// calls are made under strace, in a directory of their own. What the kernel
// answers is of no account, so their errors are not either.
func calls() map[string]func(*Tracer, things) {
	return map[string]func(*Tracer, things){
		"files": func(t *Tracer, th things) {
			_ = t.Mkdir("made")
			_ = t.Mkdir("made")
			_ = t.Fchdir(th.dir)
			_ = t.Fchdir(-1)
			_ = t.Chdir("made")
			_ = t.Chdir("/no/such/directory")
			_ = t.Chdir("..")
			_ = t.Rmdir("made")
			_ = t.Rmdir("made")
			_, _ = t.Open("/proc/self/status", unix.O_RDONLY)
			_, _ = t.Open("/proc/self", unix.O_PATH|unix.O_DIRECTORY)
			_, _ = t.Open("/proc/self", unix.O_RDONLY|unix.O_NOFOLLOW)
			_, _ = t.Open("/", unix.O_RDWR)
			_ = t.WriteFile("/dev/null", "5000 100000")
			_ = t.WriteFile("/no/such/file", "")
			_ = t.Write(-1, "lost")
			_, _ = t.ReadFile("/proc/self/comm")
			_, _ = t.ReadFile("/no/such/file")
			_, _ = t.Read(th.dir)
			_, _ = t.Read(-1)
			_, _ = t.Readlink("/proc/self/ns/uts")
			_, _ = t.Readlink("/proc/self")
			_, _ = t.Readlink("/no/such/link")
			_, _ = t.Uname()
		},
		// What is read is told in full by strace when it is asked for all of it, and
		// by the Tracer never; so this is compared alone, with strace's own length.
		"long": func(t *Tracer, _ things) {
			_, _ = t.ReadFile("/proc/self/status")
			_, _ = t.ReadFile("/proc/self/mountinfo")
			_, _ = t.Readlink("/proc/self/ns/mnt")
		},
		"quotes": func(t *Tracer, _ things) {
			every := make([]byte, 0, 6*256)
			for c := range 256 {
				every = append(every, byte(c), 'x', byte(c), '7', byte(c), '8')
			}
			_ = t.WriteFile("/dev/null", string(every))
			_ = t.WriteFile("/dev/null", "")
			_ = t.Chdir("/no \"such\"\n\t\r\v\f\\ directory, for d\xc3\xa9j\xc3\xa0 vu\x01\x7f")
		},
		"root": func(t *Tracer, _ things) {
			_ = t.Chroot("/no/such/directory")
			_ = t.Chroot(".")
			_ = t.Chdir("/")
		},
		"mount": func(t *Tracer, _ things) {
			_ = t.Mkdir("at")
			_ = t.Mount("tmpfs", "at", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC|unix.MS_RELATIME, "mode=1777")
			_ = t.Mount("tmpfs", "at", "no such type", unix.MS_RDONLY, "")
			_ = t.Mount("proc", "/proc", "proc", 0, "")
			_ = t.Mount("at", "/no/such/directory", "", unix.MS_BIND|unix.MS_REC, "")
			_ = t.Mount("none", "at", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
			_ = t.Mount("at", "at", "", unix.MS_MOVE, "")
			for _, kind := range []uintptr{unix.MS_PRIVATE, unix.MS_SLAVE, unix.MS_SHARED} {
				_ = t.Mount("none", "at", "", unix.MS_REC|kind, "")
			}
			_ = t.Mount("tmpfs", "/no/such/directory", "tmpfs", unix.MS_NODEV|1<<9, "")
		},
		"mount attributes": func(t *Tracer, _ things) {
			_ = t.Mkdir("at")
			_ = t.Mount("tmpfs", "at", "tmpfs", 0, "")
			_ = t.MountSetattr("at", unix.AT_RECURSIVE, unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC, Propagation: unix.MS_PRIVATE})
			_ = t.MountSetattr("at", 0, unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSYMFOLLOW})
			_ = t.MountSetattr("/no/such/directory", unix.AT_SYMLINK_NOFOLLOW|unix.AT_RECURSIVE, unix.MountAttr{Propagation: unix.MS_SLAVE})
			_ = t.Umount("at", unix.MNT_FORCE|unix.UMOUNT_NOFOLLOW)
			_ = t.Umount("at", unix.MNT_DETACH)
			_ = t.Umount("at", 0)
		},
		"below": func(t *Tracer, th things) {
			_, _ = t.Openat2(th.dir, ".", unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
			_, _ = t.Openat2(th.dir, "../..", unix.OpenHow{Flags: unix.O_RDONLY, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_SYMLINKS})
			_, _ = t.CreateAt(th.dir, "file", 0o644)
			_, _ = t.CreateAt(th.dir, "file", 0)
			_ = t.MkdirAt(th.dir, "directory", 0o1777)
			_ = t.MkdirAt(-1, "directory", 0o7)
		},
		"hostname": func(t *Tracer, _ things) {
			_ = t.Sethostname("inside")
			_ = t.Sethostname("")
			_ = t.Setdomainname("lessons")
			_ = t.Setdomainname("")
		},
		"affinity": func(t *Tracer, _ things) {
			_ = t.SetAffinity(0)
			_ = t.SetAffinity(1023)
		},
		"kill": func(t *Tracer, th things) {
			_ = t.PidfdKill(th.alive)
			_ = t.PidfdKill(th.dead)
			_ = t.PidfdKill(-1)
		},
		"execute": func(t *Tracer, _ things) {
			_ = t.Execve("/bin/true", []string{"/bin/true", "an \"argument\""}, []string{"A=1"})
		},
		"execute nothing": func(t *Tracer, _ things) {
			// It is recorded twice, of which the second counts.
			var last Call
			again := NewTracer(func(c Call) { last = c })
			_ = again.Execve("/no/such/program", []string{"program"}, []string{"A=1", "B=2"})
			t.Report(last)
		},
		"devices": devices,
		"network": network,
		"part": func(t *Tracer, _ things) {
			_ = t.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP)
			_ = t.PivotRoot(".", ".")
			_ = t.PivotRoot("/no/such/directory", "put_old")
		},
		"session": func(t *Tracer, th things) {
			_ = t.Setsid()
			_ = t.Setsid()
			_ = t.ControllingTerminal(th.dir)
			_ = t.Dup3(th.dir, 77)
			_ = t.Dup3(-1, 77)
		},
		"terminals": func(t *Tracer, th things) {
			master, _ := t.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK)
			_, _ = t.TerminalPeer(master, unix.O_RDWR|unix.O_NOCTTY)
			_ = t.UnlockTerminal(master)
			_, _ = t.TerminalPeer(master, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
			_ = t.WindowSize(master, 33, 99)
			_ = t.WindowSize(th.dir, 1, 2)
			_ = t.UnlockTerminal(-1)
		},
		"nodes": func(t *Tracer, th things) {
			_ = t.Mknod("null", unix.S_IFCHR|0o666, 1, 3)
			_ = t.Mknod("null", unix.S_IFBLK|0o60, 254, 300)
			_ = t.Mknod("gone", unix.S_IFCHR, 0, 0)
			_ = t.Symlink("/proc/self/fd", "fd")
			_ = t.Symlink("/proc/self/fd", "fd")
			_ = t.Fchown(th.dir, 0, 0)
			_ = t.Fchown(-1, 1000, 1001)
		},
		"identity": func(t *Tracer, _ things) {
			_ = t.Setgroups([]int{5, 6})
			_ = t.Setgroups(nil)
			_ = t.Setresgid(1001)
			_ = t.KeepCapabilities()
			_ = t.Setresuid(1000)
			_ = t.Setresuid(0)
		},
		"limits": func(t *Tracer, _ things) {
			_ = t.Prlimit(unix.RLIMIT_NOFILE, "RLIMIT_NOFILE", 100, 4096)
			_ = t.Prlimit(unix.RLIMIT_CORE, "RLIMIT_CORE", 0, unix.RLIM_INFINITY)
			_ = t.Prlimit(unix.RLIMIT_NOFILE, "RLIMIT_NOFILE", 8192, 100)
		},
		"capabilities": func(t *Tracer, _ things) {
			_ = t.DropBounding(unix.CAP_SYS_ADMIN)
			_ = t.DropBounding(63)
			_ = t.ClearAmbient()
			_ = t.Capset(1<<unix.CAP_CHOWN|1<<unix.CAP_KILL|1<<unix.CAP_BPF, 1<<unix.CAP_CHOWN|1<<unix.CAP_KILL|1<<unix.CAP_BPF, 0)
			_ = t.Capset(1<<unix.CAP_CHOWN, 1<<unix.CAP_CHOWN|1<<unix.CAP_KILL, 1<<unix.CAP_KILL)
			_ = t.RaiseAmbient(unix.CAP_KILL)
			_ = t.RaiseAmbient(unix.CAP_CHOWN)
			_ = t.Capset(0, 0, 0)
			_ = t.Capset(1<<unix.CAP_CHOWN, 1<<unix.CAP_CHOWN, 1<<unix.CAP_CHOWN)
		},
		"privileges": func(t *Tracer, _ things) {
			_ = t.NoNewPrivileges()
			_ = t.DieWithParent()
			_ = t.Seccomp([]unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}})
			_ = t.Seccomp([]unix.SockFilter{{Code: unix.BPF_ALU, K: 7}})
		},
	}
}

// network has the kernel refuse requests: there are no such devices, or no
// such right. strace prints what is within IFLA_INFO_DATA and _SLAVE_DATA as it
// lies in memory, so that is not compared here but in lab/network.
func network(t *Tracer, th things) {
	_ = t.Setns(th.dir, unix.CLONE_NEWNET)
	fd, _ := t.NetlinkSocket()
	_ = t.BindNetlink(fd)
	_ = t.BindNetlink(-1)
	_ = t.CapAnswers(fd)
	_ = t.CapAnswers(-1)
	kind := NestedAttribute(unix.IFLA_LINKINFO, "IFLA_LINKINFO", Head{}, StringAttribute(unix.IFLA_INFO_KIND, "IFLA_INFO_KIND", "no such"))
	one := netip.MustParseAddr("192.0.2.1")
	for i, r := range []Request{
		{Type: unix.RTM_NEWLINK, Flags: unix.NLM_F_CREATE | unix.NLM_F_EXCL, Head: LinkHead(0, "", 0, 0), Attributes: []Attribute{StringAttribute(unix.IFLA_IFNAME, "IFLA_IFNAME", "none"), kind}},
		{Type: unix.RTM_NEWLINK, Head: LinkHead(0, "", unix.IFF_UP, unix.IFF_UP), Attributes: []Attribute{NumberAttribute(unix.IFLA_MASTER, "IFLA_MASTER", 7, "7")}},
		{Type: unix.RTM_DELLINK, Head: LinkHead(0, "", 0, 0)},
		{Type: unix.RTM_NEWADDR, Flags: unix.NLM_F_CREATE, Head: AddressHead(0, "", 24), Attributes: []Attribute{AddressAttribute(unix.IFA_LOCAL, "IFA_LOCAL", one), AddressAttribute(unix.IFA_ADDRESS, "IFA_ADDRESS", one)}},
		{Type: unix.RTM_NEWROUTE, Flags: unix.NLM_F_CREATE, Head: RouteHead(0), Attributes: []Attribute{AddressAttribute(unix.RTA_GATEWAY, "RTA_GATEWAY", one)}},
	} {
		r.Seq, r.Flags = uint32(i), r.Flags|unix.NLM_F_REQUEST|unix.NLM_F_ACK
		_ = t.SendNetlink(fd, r)
		_, _ = t.ReceiveAnswer(fd)
	}
}

// devices lets a program loose on the processes of no group: the descriptor of
// a plain directory is refused.
func devices(t *Tracer, th things) {
	// r0 = 1; exit: whatever is asked, it is allowed.
	allow := []BPFInsn{{Code: unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K, Imm: 1}, {Code: unix.BPF_JMP | unix.BPF_EXIT}}
	program, _ := t.BPFLoad(unix.BPF_PROG_TYPE_CGROUP_DEVICE, allow, "allow")
	_, _ = t.BPFLoad(0x7f, allow, "")
	_ = t.BPFAttach(th.dir, program, unix.BPF_CGROUP_DEVICE, unix.BPF_F_ALLOW_MULTI)
	_ = t.BPFAttach(-1, -1, unix.BPF_CGROUP_DEVICE, unix.BPF_F_ALLOW_OVERRIDE|1<<20)
	_ = t.BPFDetach(th.dir, program, unix.BPF_CGROUP_DEVICE)
	_, _ = t.BPFQuery(th.dir, unix.BPF_CGROUP_DEVICE)
	_, _ = t.BPFOpen(1 << 30)
	for _, tree := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		fd, _ := t.Open(tree, unix.O_RDONLY|unix.O_DIRECTORY)
		_, _ = t.BPFQuery(fd, unix.BPF_CGROUP_DEVICE) // reading only
	}
}

//go:embed calls_test.go
var source string

// TestEveryCallIsCompared sees that no method of the Tracer was forgotten above.
func TestEveryCallIsCompared(t *testing.T) {
	tracer := reflect.TypeFor[*Tracer]()
	for i := range tracer.NumMethod() {
		switch name := tracer.Method(i).Name; name {
		case "Report", "Result", "ResultOf": // for calls made elsewhere
		default:
			if !strings.Contains(source, "t."+name+"(") && !strings.Contains(source, "again."+name+"(") {
				t.Errorf("%s is not compared with strace", name)
			}
		}
	}
}
