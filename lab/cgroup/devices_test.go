package cgroup

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAllowOnlyRefusesADevice(t *testing.T) {
	g := made(t, Devices)
	t.Log(g.versions())
	zero, null, outside := start(t, "open /dev/zero"), start(t, "open /dev/null"), start(t, "open /dev/zero")
	perform(t, g.Join(zero.Process.Pid))
	perform(t, g.Join(null.Process.Pid))
	try := func(j *job, want string) {
		t.Helper()
		j.goOn(t)
		if got := j.line(); got != want {
			t.Errorf("open %s = %q; want %q", j.Env[len(j.Env)-2], got, want)
		}
	}
	try(zero, "")
	only := DeviceRule{"c", 1, 3, "rw"}
	err := g.AllowOnly([]DeviceRule{only}).Perform(nil)
	if errors.Is(err, unix.EPERM) && os.Geteuid() != 0 {
		t.Skipf("attaching a program needs root: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	try(zero, "EPERM")
	try(null, "")
	try(outside, "")
	// What is asked for must be allowed whole: reading alone is not enough.
	perform(t, g.AllowOnly([]DeviceRule{only, {"c", 1, 5, "r"}}))
	try(zero, "EPERM")
	// Nor is another kind of device with the same number.
	perform(t, g.AllowOnly([]DeviceRule{only, {"b", 1, 5, "rwm"}}))
	try(zero, "EPERM")
	node := filepath.Join(t.TempDir(), "block")
	if err := unix.Mknod(node, unix.S_IFBLK|0o600, int(unix.Mkdev(1, 5))); err != nil {
		t.Fatal(err)
	}
	block, other := start(t, "open "+node), start(t, "open "+node)
	perform(t, g.Join(block.Process.Pid))
	perform(t, g.AllowOnly([]DeviceRule{{"c", 1, 5, "rwm"}}))
	try(zero, "")
	try(null, "EPERM")
	try(block, "EPERM")
	// Outside it is let through, to whatever driver there is.
	if other.goOn(t); other.line() == "EPERM" {
		t.Errorf("open %s outside = EPERM; want another answer", node)
	}
	perform(t, g.AllowOnly([]DeviceRule{{"b", Unlimited, Unlimited, "rwm"}}))
	try(zero, "EPERM")
	try(null, "EPERM")
	perform(t, g.AllowOnly(DefaultDevices()))
	try(zero, "")
	try(null, "")
	perform(t, g.AllowOnly(nil))
	try(zero, "EPERM")
	perform(t, g.AllowOnly([]DeviceRule{{"a", Unlimited, Unlimited, "rwm"}}))
	try(zero, "")
}

func TestDeviceRules(t *testing.T) {
	for _, text := range []string{"c 1:3 rwm", "b *:* m", "c 136:* rw", "a *:* rwm"} {
		if r, err := ParseDeviceRule(text); err != nil || r.String() != text {
			t.Errorf("ParseDeviceRule(%q) = %q, %v; want the same", text, r, err)
		}
	}
	for _, text := range []string{"", "c 1:3", "x 1:3 r", "c 1:3 q", "c 1:3 ", "c -1:3 r", "c 1 r", "c 1:99999999999 r"} {
		if r, err := ParseDeviceRule(text); err == nil {
			t.Errorf("ParseDeviceRule(%q) = %q; want an error", text, r)
		}
	}
	if err := (&Group{Name: "x"}).AllowOnly([]DeviceRule{{"z", 1, 1, "r"}}).Perform(nil); err == nil {
		t.Error("AllowOnly of a bad rule = nil; want an error")
	}
}
