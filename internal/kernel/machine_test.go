package kernel

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// eventually waits for what another process is about to do.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 5 s", what)
		}
	}
}

func TestParseFileSystems(t *testing.T) {
	got, err := ParseFileSystems("nodev\tsysfs\nnodev\toverlay\n\text4\n")
	if want := []string{"sysfs", "overlay", "ext4"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("ParseFileSystems = %q, %v; want %q", got, err, want)
	}
	for _, bad := range []string{"\n", "ext4\n", "dev\text4\n", "nodev\t\n"} {
		if got, err := ParseFileSystems(bad); err == nil {
			t.Errorf("ParseFileSystems(%q) = %q; want an error", bad, got)
		}
	}
}

func TestFileSystemsHaveWhatIsMounted(t *testing.T) {
	known, err := FileSystems()
	if err != nil {
		t.Fatal(err)
	}
	mounts, err := Mounts(0)
	if err != nil || len(mounts) == 0 {
		t.Fatalf("Mounts(0) = %v, %v; want some", mounts, err)
	}
	for _, m := range mounts {
		// A subtype, as of fuse.sshfs, is the program's, not the kernel's.
		if kind, _, _ := strings.Cut(m.FSType, "."); !slices.Contains(known, kind) {
			t.Errorf("FileSystems() = %q; want %q, which is mounted on %s", known, kind, m.Target)
		}
	}
}

func TestParseCPUFlags(t *testing.T) {
	for text, want := range map[string][]string{
		"processor\t: 0\nflags\t\t: fpu hypervisor lm\nbugs\t: x\n\nflags\t: y\n": {"fpu", "hypervisor", "lm"},
		"processor\t: 0\nvmx flags\t: vnmi\nbugs\t: flags\n":                      nil,
		"": nil,
	} {
		if got, err := ParseCPUFlags(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseCPUFlags(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestMachineAgainstFiles(t *testing.T) {
	flags, err := CPUFlags()
	if err != nil {
		t.Fatal(err)
	}
	err = exec.Command("grep", "-qw", "hypervisor", "/proc/cpuinfo").Run()
	if got := slices.Contains(flags, "hypervisor"); got != (err == nil) {
		t.Errorf("CPUFlags() = %q, with hypervisor %t; grep: %v", flags, got, err)
	}
	for path, got := range map[string]func() (string, error){
		"/sys/class/dmi/id/sys_vendor":            func() (string, error) { return DMI("sys_vendor") },
		"/sys/hypervisor/type":                    HypervisorType,
		"/proc/sys/user/max_user_namespaces":      func() (string, error) { return Sysctl("user.max_user_namespaces") },
		"/proc/sys/kernel/ostype":                 func() (string, error) { return Sysctl("kernel.ostype") },
		"/proc/sys/kernel/there_is_no_such_thing": func() (string, error) { return Sysctl("kernel.there_is_no_such_thing") },
	} {
		text, wantErr := exec.Command("cat", path).Output()
		value, err := got()
		if value != strings.TrimSpace(string(text)) || (err == nil) != (wantErr == nil) {
			t.Errorf("%s = %q, %v; want %q, %v", path, value, err, text, wantErr)
		}
	}
	if value, err := Sysctl("kernel.there_is_no_such_thing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Sysctl of what is not there = %q, %v; want os.ErrNotExist", value, err)
	}
}
