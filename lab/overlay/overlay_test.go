package overlay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// layers makes n directories that each have a file of their own and one that
// all of them have, and returns them, the top one first.
func layers(t testing.TB, n int) Spec {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("overlayfs needs root")
	}
	top := t.TempDir()
	var s Spec
	write := func(dir, name, text string) string {
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for i := range n {
		dir := write(filepath.Join(top, fmt.Sprintf("layer%07d", i)), fmt.Sprintf("own%d", i), "x")
		s.Lower = slices.Insert(s.Lower, 0, write(dir, "common", fmt.Sprint(i)))
	}
	s.Upper, s.Work = filepath.Join(top, "upper,with:odd\\name"), filepath.Join(top, "work")
	if err := errors.Join(os.Mkdir(s.Upper, 0o755), os.Mkdir(s.Work, 0o755)); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestOpen piles many layers by each of the kernel's two interfaces.
func TestOpen(t *testing.T) {
	for _, way := range []struct {
		name string
		open func(Spec) (int, error)
		max  int
	}{{"fsconfig", detached, 300}, {"mount", openOld, 200}} {
		for _, n := range []int{1, 2, 130, way.max} {
			t.Run(fmt.Sprint(way.name, " ", n), func(t *testing.T) {
				s := layers(t, n)
				fd, err := way.open(s)
				if errors.Is(err, errOld) {
					t.Skip("this kernel is older than Linux 6.7")
				}
				if err != nil {
					t.Fatal(err)
				}
				defer unix.Close(fd)
				root := fmt.Sprintf("/proc/self/fd/%d/", fd)
				if got, err := os.ReadFile(root + "common"); string(got) != fmt.Sprint(n-1) {
					t.Errorf("common = %q, %v; want the top layer's, %d", got, err, n-1)
				}
				if got, err := os.ReadDir(root); len(got) != n+1 {
					t.Errorf("%d files, %v; want %d", len(got), err, n+1)
				}
				if err := errors.Join(os.Remove(root+"own0"), os.WriteFile(root+"common", []byte("new"), 0o644)); err != nil {
					t.Error(err)
				}
				low := s.Lower[len(s.Lower)-1]
				if _, err := os.Stat(filepath.Join(low, "own0")); err != nil {
					t.Errorf("removing own0 from the pile touched its layer: %v", err)
				}
				var st unix.Stat_t
				if err := unix.Lstat(filepath.Join(s.Upper, "own0"), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFCHR || st.Rdev != 0 {
					t.Errorf("own0 in the upper directory: mode %o, device %d, %v; want a character device 0:0", st.Mode, st.Rdev, err)
				}
			})
		}
	}
}

// TestOpenIsMountedNowhere reads our own mounts while a pile is open.
func TestOpenIsMountedNowhere(t *testing.T) {
	s := layers(t, 2)
	for _, open := range []func(Spec) (int, error){detached, openOld} {
		fd, err := open(s)
		if errors.Is(err, errOld) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		mounts, err := os.ReadFile("/proc/self/mountinfo")
		if err != nil || strings.Contains(string(mounts), filepath.Dir(s.Work)) {
			t.Errorf("mountinfo names %s, %v; want no such mount", filepath.Dir(s.Work), err)
		}
		unix.Close(fd)
	}
}

// TestTooOld sees the old interface refuse what has no room in a page.
func TestTooOld(t *testing.T) {
	_, err := openOld(layers(t, 400))
	if err == nil || !strings.Contains(err.Error(), "bytes; before Linux 6.7") {
		t.Errorf("openOld of 400 layers = %v; want an error that names the page", err)
	}
}

// TestMount mounts a pile in a mount namespace of one thread.
func TestMount(t *testing.T) {
	s := layers(t, 3)
	target := t.TempDir()
	for _, mount := range []func(Spec, string) error{Mount, mountFrom} {
		err := onOwnThread(unix.CLONE_FS|unix.CLONE_NEWNS, func() error {
			if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
				return err
			}
			return mount(s, target)
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestReadOnly sees a pile without an upper directory refuse changes.
func TestReadOnly(t *testing.T) {
	s := layers(t, 2)
	s.Upper, s.Work = "", ""
	f, err := Open(s)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Remove(fmt.Sprintf("/proc/self/fd/%d/common", f.Fd())); !errors.Is(err, unix.EROFS) {
		t.Errorf("remove from a pile of layers only = %v; want EROFS", err)
	}
}
