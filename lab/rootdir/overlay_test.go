package rootdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// on makes an Overlay of one layer, whose own directories are in dir.
func on(t *testing.T, dir string) Overlay {
	t.Helper()
	lower := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(lower, "file"), []byte("text"), 0o640), os.Symlink("file", filepath.Join(lower, "link"))); err != nil {
		t.Fatal(err)
	}
	o := Overlay{Lower: []string{lower}, Upper: filepath.Join(dir, "upper"), Work: filepath.Join(dir, "work"), Target: filepath.Join(dir, "root")}
	if err := o.Make(); err != nil {
		t.Fatal(err)
	}
	return o
}

// apart calls f on a thread with mounts of its own.
func apart(t *testing.T, f func() error) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount")
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with its mounts
		err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS)
		if err == nil {
			err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// TestMountCopies has the kernel refuse a pile, by having it on another one.
func TestMountCopies(t *testing.T) {
	apart(t, func() error {
		below := on(t, t.TempDir())
		if err := below.Mount(nil, false); err != nil {
			return err
		}
		o := on(t, below.Target)
		if err := o.Mount(nil, false); !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("Mount on another overlay as root = %w; want EINVAL", err)
		}
		for i := range 2 {
			if err := o.Mount(nil, true); err != nil {
				return err
			}
			text, err := os.ReadFile(filepath.Join(o.Target, "link"))
			if want := []string{"text", "changed"}[i]; string(text) != want {
				t.Errorf("the file inside = %q, %v; want %q", text, err, want)
			}
			if err := os.WriteFile(filepath.Join(o.Target, "file"), []byte("changed"), 0o640); err != nil {
				return err
			}
			if err := unix.Unmount(o.Target, 0); err != nil {
				return err
			}
		}
		if text, err := os.ReadFile(filepath.Join(o.Lower[0], "file")); string(text) != "text" {
			t.Errorf("the layer's file = %q, %v; want it as it was", text, err)
		}
		if f, err := o.Open(true); err != nil {
			t.Errorf("Open = %v; want the copy", err)
		} else {
			f.Close()
		}
		o.Lower = append(o.Lower, t.TempDir())
		if err := o.Mount(nil, true); !errors.Is(err, unix.EINVAL) {
			t.Errorf("Mount of two layers = %v; want EINVAL", err)
		}
		return nil
	})
}
