package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// refuses checks that a finding is not OK, and that evidence and mend hold
// what tells this cause from the others.
func refuses(t *testing.T, f Finding, got, mend string) {
	t.Helper()
	wellFormed(t, f)
	if f.OK || !strings.Contains(f.Got, got) || !strings.Contains(f.Mend, mend) {
		t.Errorf("finding = %+v; want not OK, got with %q, mend with %q", f, got, mend)
	}
}

// find1 returns the finding of that name.
func find1(t *testing.T, all []Finding, what string) Finding {
	t.Helper()
	for _, f := range all {
		if f.What == what {
			return f
		}
	}
	t.Fatalf("no finding %q", what)
	return Finding{}
}

func TestSeesLimitOfUserNamespaces(t *testing.T) {
	// The sysctl belongs to the child's own user namespace.
	for _, need := range []Need{UserNamespaces, SixNamespaces, ProcMount, SysfsMount} {
		f := child(t, private(t), "limit user|"+string(need))[0]
		refuses(t, f, "ENOSPC", "sysctl -w user.max_user_namespaces=")
		refuses(t, f, "user.max_user_namespaces is 0", "sysctl")
	}
}

func TestSeesLimitOfOtherNamespaces(t *testing.T) {
	all := child(t, private(t), "limit net|all")
	for _, what := range []string{"six namespaces at once", "namespace net"} {
		f := find1(t, all, what)
		refuses(t, f, "ENOSPC", "sysctl -w user.max_net_namespaces=")
		refuses(t, f, "user.max_net_namespaces is 0", "sysctl")
	}
	for _, what := range []string{"user namespaces", "namespace uts"} {
		if f := find1(t, all, what); !f.OK {
			t.Errorf("finding = %+v; want OK, as only net is limited", f)
		}
	}
}

func TestSeesWhichLimit(t *testing.T) {
	// Both are used up, but a net namespace alone asks for only the one.
	f := find1(t, child(t, private(t), "limit net user|all"), "namespace net")
	refuses(t, f, "user.max_net_namespaces is 0", "sysctl -w user.max_net_namespaces=")
	// Without privilege it takes a user namespace to run into the limit.
	f = find1(t, child(t, private(t), "limit-and-drop net|all"), "namespace net")
	refuses(t, f, "user.max_net_namespaces is 0", "sysctl -w user.max_net_namespaces=")
}

func TestSeesRootThatCannotBeMapped(t *testing.T) {
	f := child(t, private(t), "drop|user-namespaces")[0]
	if f.OK {
		t.Skip("this kernel maps uid 0 without CAP_SETFCAP, as it did before Linux 5.12")
	}
	refuses(t, f, "uid 0 needs CAP_SETFCAP", "--cap-add SETFCAP")
}

func TestSeesChroot(t *testing.T) {
	dir := t.TempDir()
	f := child(t, private(t), "chroot "+dir+"|user-namespaces")[0]
	refuses(t, f, "EPERM", "leave the chroot")
	refuses(t, f, "inside a chroot, where clone(2) never permits user namespaces: /proc/self/mountinfo has no mount point /", "")
}

func TestSeesChrootOnMountPoint(t *testing.T) {
	attr := private(t)
	attr.Cloneflags |= unix.CLONE_NEWPID
	if f := Examine(t.Context(), ProcMount); !f.OK {
		t.Skipf("no proc for a PID namespace: %s", f.Got)
	}
	dir := t.TempDir()
	f := child(t, attr, "chroot-of-first "+dir+"|user-namespaces")[0]
	refuses(t, f, "our / is what PID 1 sees mounted on "+dir, "leave the chroot")
}

func TestSeesSeccompFilter(t *testing.T) {
	for _, need := range []Need{UserNamespaces, SixNamespaces} {
		f := child(t, &syscall.SysProcAttr{}, "filter user|"+string(need))[0]
		refuses(t, f, "clone(CLONE_NEWUSER): EPERM", "virtual machine")
		refuses(t, f, "a seccomp filter refuses it", "seccomp=unconfined")
	}
	f := find1(t, child(t, &syscall.SysProcAttr{}, "filter user|all"), "seccomp")
	if !f.OK || !strings.Contains(f.Got, "under a filter") {
		t.Errorf("finding = %+v; want OK, under a filter", f)
	}
}

func TestSeesNamespaceWithoutPower(t *testing.T) {
	private(t)
	f := child(t, &syscall.SysProcAttr{}, "filter uts|user-namespaces")[0]
	refuses(t, f, "unshare(CLONE_NEWUTS) inside a new user namespace: EPERM", "virtual machine")
	f = child(t, &syscall.SysProcAttr{}, "filter chroot|chroot")[0]
	refuses(t, f, `chroot("/") inside a new user namespace: EPERM`, "virtual machine")
}

func TestSeesCoveredProc(t *testing.T) {
	for need, file := range map[Need]string{ProcMount: "/proc/version", SysfsMount: "/sys/kernel/profiling"} {
		if !exists(file) {
			t.Logf("no %s to cover", file)
			continue
		}
		if before := Examine(t.Context(), need); !before.OK {
			t.Skipf("refused even uncovered: %s", before.Got)
		}
		f := child(t, private(t), "cover "+file+"|"+string(need))[0]
		refuses(t, f, "covered by other mounts: "+file, "systempaths=unconfined")
	}
}

func TestSeesMissingPrograms(t *testing.T) {
	nowhere := t.TempDir()
	t.Setenv("PATH", nowhere)
	if find("true") != "" || find("sh") != "" || find("mount") != "" {
		t.Skip("programs are among the administrator's here")
	}
	refuses(t, Examine(t.Context(), UserNamespaces), "not known", "apt-get install coreutils")
	refuses(t, Examine(t.Context(), Bash), "not found", "apt-get install bash")
	refuses(t, Examine(t.Context(), Tools), "ps: not found", "apt-get install procps")
}

func TestSeesProgramThatCannotStart(t *testing.T) {
	dir := t.TempDir()
	script := "#!" + filepath.Join(dir, "absent") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "true"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	refuses(t, Examine(t.Context(), UserNamespaces), "a child in no new namespace: ENOENT", "")
}

func TestSeesMissingMount(t *testing.T) {
	private(t)
	harmless, err := exec.LookPath("true")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(harmless, filepath.Join(dir, "true")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	if find("mount") != "" {
		t.Skip("mount is among the administrator's here")
	}
	refuses(t, Examine(t.Context(), SixNamespaces), "not known whether proc", "apt-get install mount")
}

func TestSeesProgramOutsidePath(t *testing.T) {
	const path = "/usr/sbin/chroot"
	if !exists(path) {
		t.Skip("no " + path)
	}
	t.Setenv("PATH", t.TempDir())
	f := tool{name: "chroot", pkg: "coreutils"}.finding()
	refuses(t, f, path+", which is not in PATH", `export PATH="$PATH:/usr/sbin"`)
}
