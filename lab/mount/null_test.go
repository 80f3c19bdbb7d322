package mount_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"byhand/lab/sandbox"
)

// TestNullIsTheDeviceInsideAndAFileOutside writes to both.
func TestNullIsTheDeviceInsideAndAFileOutside(t *testing.T) {
	b, pid := standing(t)
	file := b.Path("rootfs", "dev", "null")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := sandbox.Join(t.Context(), b, "null", file, nil); err != nil {
		t.Fatal(err)
	}
	inside := fmt.Sprintf("/proc/%d/root/dev/null", pid)
	var stat unix.Stat_t
	if err := unix.Lstat(inside, &stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFCHR || stat.Rdev != unix.Mkdev(1, 3) {
		t.Errorf("lstat of /dev/null inside = mode %#o, device %#x, %v; want character device 1:3", stat.Mode, stat.Rdev, err)
	}
	if err := os.WriteFile(inside, []byte("lost"), 0); err != nil {
		t.Errorf("write to /dev/null inside = %v; want it to be swallowed", err)
	}
	if text, err := os.ReadFile(file); err != nil || len(text) > 0 {
		t.Errorf("the file outside holds %q, %v; want nothing", text, err)
	}
	if m, found := mounted(t, pid, "/dev/null"); !found || m.Root != "/null" && m.Root != "/dev/null" {
		t.Errorf("mount at /dev/null inside = %+v; want the null of the machine's /dev", m)
	}
	if _, found := mounted(t, 0, file); found {
		t.Errorf("%s is mounted in our own mountinfo; want it inside only", file)
	}
}

func TestNullTakesAFileThatIsThere(t *testing.T) {
	b, _ := standing(t)
	file := b.Path("rootfs", "dev", "absent")
	err := sandbox.Join(t.Context(), b, "null", file, nil)
	if !errors.Is(err, unix.ENOENT) || !strings.Contains(err.Error(), file) {
		t.Errorf("Null at a file that is not there = %v; want ENOENT and the path", err)
	}
}
