package cgroup

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// enterContainer is a child's job: it joins a group, takes a cgroup namespace
// in which that is the root, mounts what is seen of the tree, and is started
// again in there.
func enterContainer(raw string) error {
	var g Group
	if err := errors.Join(json.Unmarshal([]byte(raw), &g), g.JoinSelf(nil)); err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_NEWCGROUP | unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	// The same file system twice at the same place is EBUSY.
	if err := unix.Unmount("/sys/fs/cgroup", unix.MNT_DETACH); err != nil {
		return err
	}
	if err := unix.Mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, ""); err != nil {
		return err
	}
	if err := os.Setenv(childEnv, "contained"); err != nil {
		return err
	}
	return unix.Exec("/proc/self/exe", os.Args[:1], os.Environ())
}

// contained is what it does there.
func contained() {
	_, err := New("byhand-test-inner", CPU)
	var lack *LackError
	if !errors.Is(err, ErrInUse) || !errors.As(err, &lack) {
		out("New = %v; want %v", err, ErrInUse)
		return
	}
	if said, err := exec.Command("sh", "-c", lack.Hint()).CombinedOutput(); err != nil {
		out("%s: %v: %s", lack.Hint(), err, said)
		return
	}
	g, err := New("byhand-test-inner", CPU)
	if err == nil {
		err = errors.Join(g.Make(nil), g.LimitCPU(Percent(20)).Perform(nil))
	}
	if err != nil {
		out("after the hint: %v", err)
		return
	}
	out("made %s", g.Dirs[0].Path)
}

func TestInAContainerTheRootIsInUse(t *testing.T) {
	g := pinned(t)
	if err := g.Make(nil); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	j := start(t, "container "+string(raw))
	said, _ := io.ReadAll(j.out)
	if got, want := strings.TrimSpace(string(said)), "made /sys/fs/cgroup/byhand-test-inner"; got != want {
		t.Errorf("in a cgroup namespace: %s; want %s", got, want)
	}
}

// What the hint says, typed by hand, leads to where groups can be made.
func TestHintLeadsToAScope(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// In a scope that is not divided yet, whatever this process has by now.
	locate := []string{"systemd-run", "--user", "--scope", "--quiet", exe}
	if p, err := Locate(CPU); os.Geteuid() == 0 || p.Version == 1 {
		t.Skipf("only ordinary users on v2 are told to get a scope: v%d, %v", p.Version, err)
	}
	run := func(stdin string, argv ...string) string {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env, cmd.Stdin = append(os.Environ(), childEnv+"=hint"), strings.NewReader(stdin)
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v: %s", argv, err, said)
		}
		return strings.TrimSpace(string(said))
	}
	hint := run("", locate...)
	if hint != scopeShell {
		t.Fatalf("the hint in a scope of systemd's is %q; want %q", hint, scopeShell)
	}
	if got := run(exe+"\n", "bash", "-c", hint); !strings.HasSuffix(got, ".scope") {
		t.Errorf("after the hint: %s; want a scope to make groups in", got)
	}
}

// giveHint is a child's job: it says where groups may be made, or the hint.
func giveHint() {
	p, err := Locate(CPU)
	var lack *LackError
	if errors.As(err, &lack) {
		out("%s", lack.Hint())
		return
	}
	out("%s", p.Parent)
}

func TestDelegateWithoutSystemd(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var lack *LackError
	if err := Delegate(t.Context(), nil); !errors.As(err, &lack) || !errors.Is(err, ErrNotDelegated) || !strings.Contains(lack.Hint(), "sudo") {
		t.Errorf("Delegate without busctl = %v; want %v and a hint", err, ErrNotDelegated)
	}
}

func TestDelegateShell(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root needs no delegation")
	}
	if p, err := Locate(CPU); errors.Is(err, ErrNotDelegated) {
		if err := delegated(); err != nil {
			t.Skip(err)
		}
	} else if p.Version != 2 {
		t.Skipf("cpu is not on v2: %v", err)
	}
	// The group that the shell makes is of use: it hands on controllers.
	script := DelegateShell() + `echo +cpu > "$scope/cgroup.subtree_control"
mkdir "$scope/x"
echo 0 > "$scope/x/cgroup.procs"
cat "$scope/x/cpu.max"
echo 0 > "$scope/supervisor/cgroup.procs"
rmdir "$scope/x"`
	said, err := exec.Command("bash", "-eu", "-c", script).CombinedOutput()
	if err != nil || string(said) != "max 100000\n" {
		t.Errorf("bash -eu: %v: %s; want max 100000\n%s", err, said, script)
	}
}
