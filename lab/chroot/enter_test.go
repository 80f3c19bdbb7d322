package chroot_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/internal/lessontest"
	"byhand/lab/chroot"
	"byhand/lab/probe"
	"byhand/lab/process"
	"byhand/lab/sys"
)

func TestMain(m *testing.M) {
	lessontest.Main(m, process.Table{
		"enter":    process.Typed(enter),
		"ordinary": process.Typed(ordinary),
		"execute":  process.Typed(chroot.Exec),
	})
}

// seen is what a process sees that has entered a root.
type seen struct {
	Cwd string
	// Root, Above and Dot are the inodes of "/", of far above it and of ".".
	Root, Above, Dot uint64
	Names            []string
	Outside, Inside  string
}

type entering struct{ Dir, Outside string }

func enter(c *process.Child, e entering) (s seen, err error) {
	if err := chroot.Enter(c.Trace, e.Dir); err != nil {
		return s, err
	}
	if s.Cwd, err = unix.Getwd(); err != nil {
		return s, err
	}
	for path, inode := range map[string]*uint64{"/": &s.Root, "../../../../..": &s.Above, ".": &s.Dot} {
		if *inode, err = inodeOf(path); err != nil {
			return s, err
		}
	}
	entries, err := os.ReadDir("/")
	for _, e := range entries {
		s.Names = append(s.Names, e.Name())
	}
	s.Outside, s.Inside = probe.TryOpen(e.Outside), probe.TryOpen("/inside.txt")
	return s, err
}

// ordinary enters as one who may not.
func ordinary(c *process.Child, dir string) (struct{}, error) {
	if os.Geteuid() == 0 {
		if err := syscall.Setresuid(65534, 65534, 65534); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, chroot.Enter(c.Trace, dir)
}

func inodeOf(path string) (uint64, error) {
	var stat unix.Stat_t
	err := unix.Stat(path, &stat)
	return stat.Ino, err
}

// command has a stage run as root: of the machine, or of a user namespace.
func command(t *testing.T, stage string, args any) process.Command {
	t.Helper()
	needChroot(t)
	c := process.Command{Stage: stage, Args: args}
	if os.Geteuid() != 0 {
		c.Clone, c.UIDMap, c.GIDMap = unix.CLONE_NEWUSER, mapOf(os.Geteuid()), mapOf(os.Getegid())
	}
	return c
}

func TestEnterChangesRootAndWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	root, outside := filepath.Join(dir, "root"), filepath.Join(dir, "outside.txt")
	place(t, filepath.Join(root, "inside.txt"))
	place(t, outside)
	want, err := inodeOf(root)
	if err != nil {
		t.Fatal(err)
	}
	var calls []string
	trace := sys.NewTracer(func(c sys.Call) {
		if c.PID != 0 {
			calls = append(calls, c.String())
		}
	})
	var got seen
	if err := process.Run(t.Context(), trace, command(t, "enter", entering{root, outside}), &got); err != nil {
		t.Fatal(err)
	}
	if got.Root != want || got.Above != want || got.Dot != want {
		t.Errorf("inodes of /, ../../../../.. and . = %d, %d, %d; want %d, the new root, for each", got.Root, got.Above, got.Dot, want)
	}
	if got.Cwd != "/" || !slices.Equal(got.Names, []string{"inside.txt"}) {
		t.Errorf("working directory %q, names in / %q; want / and inside.txt", got.Cwd, got.Names)
	}
	if got.Outside != "ENOENT" || got.Inside != "opened" {
		t.Errorf("open of a file outside, inside = %s, %s; want ENOENT, opened", got.Outside, got.Inside)
	}
	if control := probe.TryOpen(outside); control != "opened" {
		t.Errorf("open of the same file from outside = %s; want opened", control)
	}
	if want := []string{`chdir("` + root + `") = 0`, `chroot(".") = 0`, `chdir("/") = 0`}; !slices.Equal(calls, want) {
		t.Errorf("calls = %q; want %q: in first, so that no way out is left", calls, want)
	}
}

func TestEnterRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	place(t, file)
	for _, test := range []struct {
		dir  string
		want unix.Errno
	}{{"/no/such/directory", unix.ENOENT}, {file, unix.ENOTDIR}} {
		err := process.Run(t.Context(), nil, command(t, "enter", entering{Dir: test.dir}), nil)
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.dir) {
			t.Errorf("Enter(%s) = %v; want %v and the path", test.dir, err, test.want)
		}
	}
}

// TestEnterTakesACapability sees who may not, told what it takes.
func TestEnterTakesACapability(t *testing.T) {
	err := process.Run(t.Context(), nil, process.Command{Stage: "ordinary", Args: "/"}, nil)
	if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "CAP_SYS_CHROOT") {
		t.Errorf("Enter as an ordinary user = %v; want EPERM and the capability that it needs", err)
	}
}
