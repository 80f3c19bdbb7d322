package xray

import (
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/internal/rerun"
)

// TestNamespaces starts a process in one new namespace of each kind, and wants
// just that one to be its own.
func TestNamespaces(t *testing.T) {
	root(t)
	for _, test := range []struct {
		kind string
		flag uintptr
	}{
		{"none", 0}, {"mnt", unix.CLONE_NEWNS}, {"uts", unix.CLONE_NEWUTS}, {"ipc", unix.CLONE_NEWIPC}, {"net", unix.CLONE_NEWNET},
		{"pid", unix.CLONE_NEWPID}, {"user", unix.CLONE_NEWUSER}, {"cgroup", unix.CLONE_NEWCGROUP},
	} {
		t.Run(test.kind, func(t *testing.T) {
			a := looked(t, stand(t, &syscall.SysProcAttr{Cloneflags: test.flag}, "stand", nil))
			for _, n := range a.Namespaces {
				if want := n.Kind != test.kind; n.Ours != want {
					t.Errorf("namespace %s, %s: Ours = %v; want %v", n.Kind, n.ID, n.Ours, want)
				}
				if id, err := kernel.Namespace(a.PID, n.Kind); err != nil || id != n.ID {
					t.Errorf("namespace %s: ID = %s; want %s, %v", n.Kind, n.ID, id, err)
				}
			}
			if len(a.Namespaces) < 7 {
				t.Errorf("%d namespaces; want all", len(a.Namespaces))
			}
			wantAlone := test.kind == "pid"
			if alone := len(a.Processes) == 1 && a.Processes[0].Inside == 1; alone != wantAlone {
				t.Errorf("processes = %v; want itself alone, as 1: %v", a.Processes, wantAlone)
			}
		})
	}
}

func TestOurselves(t *testing.T) {
	a := looked(t, os.Getpid())
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if a.Cwd != cwd || a.Root != "/" || !slices.Equal(a.Command, os.Args) || a.Parent != os.Getppid() || a.UID != os.Geteuid() {
		t.Errorf("Look(ourselves) = %q, %q, %q, %d, %d; want %q, /, %q, %d, %d", a.Cwd, a.Root, a.Command, a.Parent, a.UID, cwd, os.Args, os.Getppid(), os.Geteuid())
	}
	if a.OOM == nil || len(a.Unread) > 0 && a.Unread["processes"] == "" {
		t.Errorf("oom %v, unread %v; want all that is ours", a.OOM, a.Unread)
	}
}

func TestRootOfItsOwn(t *testing.T) {
	root(t)
	dir := t.TempDir()
	a := looked(t, stand(t, nil, "chroot "+dir, nil))
	if a.Root != dir || a.Cwd != "/" {
		t.Errorf("root, cwd = %q, %q; want %q and, left outside, /", a.Root, a.Cwd, dir)
	}
}

func TestMount(t *testing.T) {
	root(t)
	dir := t.TempDir()
	// With CLONE_NEWNS here, the runtime makes all mounts private first.
	a := looked(t, stand(t, &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}, "mount "+dir, nil))
	i := slices.IndexFunc(a.Mounts, func(m Mount) bool { return m.Target == dir })
	if i < 0 {
		t.Fatalf("mounts = %v; want one at %s", a.Mounts, dir)
	}
	got, want := a.Mounts[i], Mount{Target: dir, Source: "byhand-test", Type: "tmpfs", Root: "/", ReadOnly: true, Propagation: "private", Options: "ro,relatime"}
	if got != want {
		t.Errorf("mount = %+v; want %+v", got, want)
	}
}

func TestRights(t *testing.T) {
	root(t)
	a := looked(t, stand(t, nil, "filter", nil))
	if !a.NoNewPrivs || a.Seccomp != "filter" || a.SeccompFilters != 1 {
		t.Errorf("under a filter: %v, %q, %d; want true, filter, 1", a.NoNewPrivs, a.Seccomp, a.SeccompFilters)
	}
	a = looked(t, stand(t, nil, "stand", nil))
	if a.NoNewPrivs || a.Seccomp != "off" {
		t.Errorf("without: %v, %q; want false, off", a.NoNewPrivs, a.Seccomp)
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		t.Skip("needs setpriv(1)")
	}
	c := exec.Command(setpriv, "--bounding-set", "-all,+chown", "sh", "-c", "echo 0; cat")
	a = looked(t, rerun.Start(t, c, nil))
	for _, want := range []struct{ set, names string }{{"bounding", "CAP_CHOWN"}, {"effective", "CAP_CHOWN"}, {"ambient", "none"}} {
		i := slices.IndexFunc(a.Capabilities, func(c CapabilitySet) bool { return c.Name == want.set })
		if got := a.Capabilities[i].String(); got != want.names {
			t.Errorf("%s set = %q; want %q", want.set, got, want.names)
		}
	}
}

func TestSockets(t *testing.T) {
	root(t)
	here, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6: %v", err)
	}
	defer here.Close()
	bound, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer bound.Close()
	has := func(a Anatomy, protocol, address string) bool {
		return slices.ContainsFunc(a.Sockets, func(s kernel.Socket) bool { return s.Protocol == protocol && s.Address.String() == address })
	}
	ours := looked(t, os.Getpid())
	if !has(ours, "tcp6", here.Addr().String()) || !has(ours, "udp", bound.LocalAddr().String()) {
		t.Errorf("sockets = %v; want %s and %s", ours.Sockets, here.Addr(), bound.LocalAddr())
	}
	var port int
	apart := looked(t, stand(t, &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}, "listen", &port))
	if len(apart.Sockets) != 1 || int(apart.Sockets[0].Address.Port()) != port || !slices.Equal(apart.Devices, []string{"lo"}) {
		t.Errorf("in a network namespace: %v, %v; want port %d alone, and lo", apart.Sockets, apart.Devices, port)
	}
}

// TestUnread has an ordinary user look at a process of root's: what may not be
// read is named with its error, and the rest is there.
func TestUnread(t *testing.T) {
	root(t)
	pid := stand(t, nil, "stand", nil)
	var a Anatomy
	nobody := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	stand(t, nobody, "look "+itoa(pid), &a)
	for _, name := range []string{"root", "cwd", "namespaces"} {
		if why := a.Unread[name]; !strings.Contains(why, "(EACCES); try sudo") {
			t.Errorf("Unread[%q] = %q; want EACCES", name, why)
		}
	}
	if a.Name == "" || len(a.Capabilities) != 5 || len(a.Groups) == 0 || len(a.Mounts) == 0 && a.Unread["mounts"] == "" {
		t.Errorf("Look = %+v; want what everyone may read", a)
	}
	text := lines(a.Sections())
	if !strings.Contains(text, "EACCES") {
		t.Errorf("the text %q does not name EACCES", text)
	}
	var l Listing
	stand(t, nobody, "list", &l)
	if l.Unread == 0 || !strings.Contains(l.Why, "EACCES") {
		t.Errorf("Containers = %d unread, %q; want root's processes, EACCES", l.Unread, l.Why)
	}
}

func lines(all []Section) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(s.Title + "\n")
		for _, r := range s.Rows {
			b.WriteString(strings.Join(r.Cells, " ") + "\n")
		}
	}
	return b.String()
}
