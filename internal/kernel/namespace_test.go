package kernel

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const allNew = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWCGROUP

func TestNamespacesAgainstLsns(t *testing.T) {
	lsns := command(t, "lsns")
	for name, pid := range map[string]int{
		"in new ones": stand(t, inside(t, allNew), "stand", nil),
		"in ours":     stand(t, &syscall.SysProcAttr{}, "stand", nil),
	} {
		got, err := Namespaces(pid)
		if err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command(lsns, "--noheadings", "--raw", "--output", "TYPE,NS", "--task", strconv.Itoa(pid)).Output()
		if err != nil {
			t.Fatalf("lsns: %v", err)
		}
		want := map[string]string{}
		for l := range strings.Lines(string(text)) {
			kind, inode, _ := strings.Cut(strings.TrimSpace(l), " ")
			want[kind] = kind + ":[" + inode + "]"
		}
		maps.DeleteFunc(got, func(kind, _ string) bool { return strings.HasSuffix(kind, "_for_children") })
		if len(want) < 6 || !maps.Equal(got, want) {
			t.Errorf("Namespaces of a child %s = %v; want lsns's %v", name, got, want)
		}
	}
}

func TestNamespacesOfOurs(t *testing.T) {
	ours, err := Namespaces(0)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := Namespaces(stand(t, inside(t, allNew), "stand", nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"mnt", "uts", "ipc", "net", "pid", "user", "cgroup"} {
		if one, err := Namespace(0, kind); err != nil || one != ours[kind] || !strings.HasPrefix(one, kind+":[") {
			t.Errorf("Namespace(0, %s) = %q, %v; want %q", kind, one, err, ours[kind])
		}
		if ours[kind] == theirs[kind] || theirs[kind] == "" {
			t.Errorf("Namespaces: %s of a child in a new one = %q; want another than our %q", kind, theirs[kind], ours[kind])
		}
	}
}

// TestNamespacesWithoutFirstProcess looks at a process that has unshared its
// children's PID namespace and has had no child: the link is dangling.
func TestNamespacesWithoutFirstProcess(t *testing.T) {
	inside(t, unix.CLONE_NEWPID)
	cmd := exec.Command(command(t, "unshare"), "--user", "--pid", "cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	pid := cmd.Process.Pid
	eventually(t, "no link pid_for_children", func() bool {
		_, err := Namespace(pid, "pid_for_children")
		return Gone(err)
	})
	got, err := Namespaces(pid)
	if err != nil || got["pid"] == "" || got["pid_for_children"] != "" {
		t.Errorf("Namespaces = %v, %v; want all but pid_for_children", got, err)
	}
}

// readers are the functions that read of a process what ends with it.
func readers() map[string]func(int) error {
	return map[string]func(int) error{
		"Mounts":      func(pid int) error { _, err := Mounts(pid); return err },
		"Namespace":   func(pid int) error { _, err := Namespace(pid, "mnt"); return err },
		"Namespaces":  func(pid int) error { _, err := Namespaces(pid); return err },
		"RootLink":    func(pid int) error { _, err := RootLink(pid); return err },
		"CwdLink":     func(pid int) error { _, err := CwdLink(pid); return err },
		"Environ":     func(pid int) error { _, err := Environ(pid); return err },
		"ReadStat":    func(pid int) error { _, err := ReadStat(pid); return err },
		"StartTime":   func(pid int) error { _, err := StartTime(pid); return err },
		"ReadStatus":  func(pid int) error { _, err := ReadStatus(pid); return err },
		"StatusField": func(pid int) error { _, err := StatusField(pid, "Pid"); return err },
		"UIDMap":      func(pid int) error { _, err := UIDMap(pid); return err },
		"GIDMap":      func(pid int) error { _, err := GIDMap(pid); return err },
		"Memberships": func(pid int) error { _, err := Memberships(pid); return err },
		"Hierarchies": func(pid int) error { _, err := Hierarchies(pid); return err },
		"Children":    func(pid int) error { _, err := Children(pid); return err },
		"Descendants": func(pid int) error { _, err := Descendants(pid); return err },
	}
}

// TestGone reads of a process while it runs, as a zombie, and once it is reaped.
func TestGone(t *testing.T) {
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	start, err := StartTime(pid)
	if err != nil || !Alive(pid, start) || Alive(pid, start+1) {
		t.Errorf("StartTime(%d) = %d, %v; want a time by which it is known", pid, start, err)
	}
	for name, read := range readers() {
		if err := read(pid); err != nil {
			t.Errorf("%s of a process that runs: %v; want none", name, err)
		}
	}
	_ = in.Close()
	eventually(t, "a zombie", func() bool {
		s, err := ReadStat(pid)
		return err == nil && s.Ended()
	})
	if Alive(pid, start) {
		t.Errorf("Alive(%d, %d) of a zombie = true; want false", pid, start)
	}
	left := []string{"Mounts", "Namespace", "Namespaces", "RootLink", "CwdLink"}
	for name, read := range readers() {
		err := read(pid)
		if name == "Environ" && errors.Is(err, os.ErrPermission) {
			continue // the file has become root's
		}
		if slices.Contains(left, name) && !Gone(err) || err != nil && !Gone(err) {
			t.Errorf("%s of a zombie: %v; want one that Gone knows: %t", name, err, slices.Contains(left, name))
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	for name, read := range readers() {
		if err := read(pid); !Gone(err) {
			t.Errorf("%s of a process that was reaped: %v; want an error that Gone knows", name, err)
		}
	}
	if Alive(pid, start) {
		t.Errorf("Alive(%d, %d) of one that was reaped = true; want false", pid, start)
	}
	if Gone(nil) || Gone(unix.EACCES) {
		t.Error("Gone(nil) or Gone(EACCES) = true; want false")
	}
}
