package mount_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/kernel"
	"byhand/lab/namespace"
	"byhand/lab/process"
	"byhand/lab/sandbox"
	"byhand/lab/sys"
)

// mounted returns the topmost mount at target in a process's mountinfo.
func mounted(t *testing.T, pid int, target string) (m kernel.Mount, found bool) {
	t.Helper()
	mounts, err := kernel.Mounts(pid)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Backward(mounts) {
		if m.Target == target {
			return m, true
		}
	}
	return kernel.Mount{}, false
}

// TestMountedInsideOnly runs each stage and compares what was asked for with
// what mountinfo says, inside and outside.
func TestMountedInsideOnly(t *testing.T) {
	b, pid := standing(t)
	for _, test := range []struct {
		stage, target, fstype string
		has, lacks            []string
		call                  string
	}{
		{"proc", "/proc", "proc", []string{"nosuid", "nodev", "noexec"}, []string{"ro"},
			`mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) = 0`},
		{"sys", "/sys", "sysfs", []string{"nosuid", "nodev", "noexec"}, []string{"ro"},
			`mount("sysfs", "/sys", "sysfs", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) = 0`},
		{"tmp", "/tmp", "tmpfs", []string{"nosuid", "nodev"}, []string{"ro", "noexec"},
			`mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID|MS_NODEV, "mode=1777") = 0`},
	} {
		if m, found := mounted(t, pid, test.target); found {
			t.Errorf("before stage %s, %s is mounted at %s inside; want nothing", test.stage, m.FSType, test.target)
		}
		ours, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil {
			t.Fatal(err)
		}
		var calls []string
		b.Trace = sys.NewTracer(func(c sys.Call) { calls = append(calls, c.String()) })
		if err := sandbox.Join(t.Context(), b, test.stage, struct{}{}, nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(calls, test.call) {
			t.Errorf("stage %s made the calls %q; want among them %s", test.stage, calls, test.call)
		}
		m, found := mounted(t, pid, test.target)
		if !found || m.FSType != test.fstype {
			t.Errorf("at %s inside: %+v; want %s", test.target, m, test.fstype)
		}
		options := strings.Split(m.Options, ",")
		for _, o := range test.has {
			if !slices.Contains(options, o) {
				t.Errorf("options of %s inside = %q; want %s among them", test.target, m.Options, o)
			}
		}
		for _, o := range test.lacks {
			if slices.Contains(options, o) {
				t.Errorf("options of %s inside = %q; want no %s", test.target, m.Options, o)
			}
		}
		after, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil || string(after) != string(ours) {
			t.Errorf("stage %s changed our own mountinfo (%v) from\n%sto\n%s", test.stage, err, ours, after)
		}
	}
}

// TestTmpIsWritableByAll reads the mode of the new root of /tmp, and sees it
// kept in memory.
func TestTmpIsWritableByAll(t *testing.T) {
	b, pid := standing(t)
	if err := sandbox.Join(t.Context(), b, "tmp", struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	inside := fmt.Sprintf("/proc/%d/root/tmp", pid)
	info, err := os.Stat(inside)
	if err != nil || info.Mode() != os.ModeDir|os.ModeSticky|0o777 {
		t.Errorf("mode of /tmp inside = %v, %v; want drwxrwxrwt", info.Mode(), err)
	}
	if err := os.WriteFile(inside+"/file", nil, 0o600); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(b.Path("rootfs", "tmp", "file")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("stat of a file of /tmp on the disk = %v; want no such file", err)
	}
}

// TestProcShowsItsOwn compares the first process of both.
func TestProcShowsItsOwn(t *testing.T) {
	b, pid := standing(t)
	if err := sandbox.Join(t.Context(), b, "proc", struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/root/proc/1/comm", pid))
	if err != nil || strings.TrimSpace(string(text)) != "sh" {
		t.Errorf("/proc/1/comm inside = %q, %v; want sh", text, err)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/root/proc/%d", pid, os.Getpid())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("stat of ourselves in /proc inside = %v; want no such file", err)
	}
}

// TestRefusedWithoutTheNamespaceThatIsShown tries to mount our own processes
// and devices as root of a new user namespace, which does not own them.
func TestRefusedWithoutTheNamespaceThatIsShown(t *testing.T) {
	needSandbox(t)
	for _, test := range []struct {
		stage string
		flags uintptr
	}{
		{"bare proc", namespace.Six &^ unix.CLONE_NEWPID},
		{"bare sys", namespace.Six &^ unix.CLONE_NEWNET},
	} {
		err := process.Run(t.Context(), nil, namespace.Isolated(test.flags, test.stage, struct{}{}), nil)
		if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "CAP_SYS_ADMIN") {
			t.Errorf("stage %s without the namespace = %v; want EPERM and the capability", test.stage, err)
		}
	}
}
