package namespace_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/doctor"
	"byhand/internal/kernel"
	"byhand/internal/lessontest"
	"byhand/lab/namespace"
	"byhand/lab/process"
)

func TestMain(m *testing.M) {
	lessontest.Main(m, process.Table{
		"wait":        process.Typed(wait),
		"name":        process.Typed(name),
		"only chroot": process.Typed(execute),
	})
}

// wait ends when its first file does, that is, with the test.
func wait(c *process.Child, _ struct{}) (struct{}, error) {
	_, _ = c.Files[0].Read(make([]byte, 1))
	return struct{}{}, nil
}

// started starts a process that waits, and returns its pid.
func started(t *testing.T, flags uintptr) int {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := namespace.Isolated(flags, "wait", struct{}{})
	c.Files = []*os.File{r}
	p, err := process.Start(nil, c)
	if err != nil {
		w.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Kill()
		_, _ = p.Wait()
		w.Close()
	})
	return p.PID
}

func needNamespaces(t *testing.T) {
	t.Helper()
	if found := doctor.Examine(t.Context(), doctor.SixNamespaces); !found.OK {
		t.Skipf("this machine can't: %s: %s", found.What, found.Got)
	}
}

// kinds are the kinds of namespaces that can be new, by their names in
// /proc/PID/ns.
var kinds = []struct {
	name string
	flag uintptr
}{
	{"mnt", unix.CLONE_NEWNS}, {"uts", unix.CLONE_NEWUTS}, {"ipc", unix.CLONE_NEWIPC}, {"net", unix.CLONE_NEWNET},
	{"pid", unix.CLONE_NEWPID}, {"user", unix.CLONE_NEWUSER}, {"cgroup", unix.CLONE_NEWCGROUP},
}

// changed names the namespaces of a process that are not ours.
func changed(t *testing.T, pid int) (names []string) {
	t.Helper()
	for _, k := range kinds {
		ours, err := kernel.Namespace(0, k.name)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := kernel.Namespace(pid, k.name)
		if err != nil {
			t.Fatal(err)
		}
		if ours != theirs {
			names = append(names, k.name)
		}
	}
	return names
}

// TestEachFlagChangesItsNamespaceOnly compares the inodes.
func TestEachFlagChangesItsNamespaceOnly(t *testing.T) {
	needNamespaces(t)
	for _, k := range kinds {
		flags := k.flag
		if os.Geteuid() != 0 {
			// An ordinary user may make the others only inside one of its own.
			flags |= unix.CLONE_NEWUSER
		}
		var want []string
		for _, other := range kinds {
			if flags&other.flag != 0 {
				want = append(want, other.name)
			}
		}
		if got := changed(t, started(t, flags)); !slices.Equal(got, want) {
			t.Errorf("namespaces of a process born with flag %#x that are not ours = %q; want %q", flags, got, want)
		}
	}
	if got := strings.Join(changed(t, started(t, 0)), " "); got != "" {
		t.Errorf("namespaces of a process born without flags that are not ours = %q; want none", got)
	}
	if got, want := strings.Join(changed(t, started(t, namespace.Six)), " "), "mnt uts ipc net pid user"; got != want {
		t.Errorf("namespaces of a process born with Six that are not ours = %q; want %q", got, want)
	}
}

// TestRootInsideIsOurselvesOutside reads the maps back.
func TestRootInsideIsOurselvesOutside(t *testing.T) {
	needNamespaces(t)
	pid := started(t, namespace.Six)
	for _, file := range []struct {
		name, want string
	}{
		{"uid_map", fmt.Sprintf("0 %d 1", os.Geteuid())},
		{"gid_map", fmt.Sprintf("0 %d 1", os.Getegid())},
		{"setgroups", "deny"},
	} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file.name))
		if got := strings.Join(strings.Fields(string(text)), " "); err != nil || got != file.want {
			t.Errorf("%s = %q, %v; want %q", file.name, got, err, file.want)
		}
	}
	if got, err := kernel.StatusField(pid, "NSpid"); err != nil || got != fmt.Sprintf("%d 1", pid) {
		t.Errorf("NSpid = %q, %v; want %d outside, and inside 1", got, err, pid)
	}
}

func TestIsolatedMapsOnlyInAUserNamespace(t *testing.T) {
	c := namespace.Isolated(unix.CLONE_NEWUTS, "wait", 7)
	if c.UIDMap != "" || c.GIDMap != "" || c.Stage != "wait" || c.Args != 7 || c.Clone != unix.CLONE_NEWUTS {
		t.Errorf("Isolated(CLONE_NEWUTS) = %+v; want its stage, arguments and flag, and no maps", c)
	}
}
