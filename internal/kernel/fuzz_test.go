package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// seed gives a fuzz target what this machine's own file holds, and more.
func seed(f *testing.F, path string, more ...string) {
	f.Helper()
	if text, err := os.ReadFile(path); err == nil {
		f.Add(string(text))
	}
	for _, text := range more {
		f.Add(text)
	}
}

// escape is what the kernel does to names in mountinfo.
func escape(s string) string {
	return strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`, "#", `\043`).Replace(s)
}

func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"/a b", "\t\n\\#", `\040`, `\`, `\04`, "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := unescape(escape(s)); got != s {
			t.Errorf("unescape(%q) = %q; want %q", escape(s), got, s)
		}
		if got := unescape(s); len(got) > len(s) {
			t.Errorf("unescape(%q) = %q, which is longer", s, got)
		}
	})
}

func FuzzMountNames(f *testing.F) {
	f.Add("/", "/mnt 2", "tmpfs", "")
	f.Add("/sub#dir", "/ - \n", "fuse.x", "a b")
	f.Fuzz(func(t *testing.T, root, target, fstype, source string) {
		want := Mount{ID: "3", Parent: "2", Device: Device{0, 9}, Root: root, Target: target, Options: "rw", Master: 4, FSType: fstype, Source: source, SuperOptions: "ro"}
		line := fmt.Sprintf("3 2 0:9 %s %s rw master:4 - %s %s ro\n", escape(root), escape(target), escape(fstype), escape(source))
		got, err := ParseMounts(strings.NewReader(line + line))
		if err != nil || !reflect.DeepEqual(got, []Mount{want, want}) {
			t.Errorf("ParseMounts(%q) = %+v, %v; want %+v twice", line, got, err, want)
		}
	})
}

func FuzzParseMounts(f *testing.F) {
	seed(f, "/proc/self/mountinfo", "1 1 0:2 / / rw unbindable - t  rw", "1 2 0:2 / / rw - t s rw\n2 1 0:2 / /a rw - t s rw\n1 2 0:2 / / rw - t s rw")
	f.Fuzz(func(t *testing.T, text string) {
		mounts, err := ParseMounts(strings.NewReader(text))
		if err != nil {
			if mounts != nil {
				t.Errorf("ParseMounts(%q) = %+v besides %v", text, mounts, err)
			}
			return
		}
		if n := len(strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")); text != "" && len(mounts) != n {
			t.Errorf("ParseMounts(%q) = %d mounts; want %d", text, len(mounts), n)
		}
		for _, m := range mounts {
			if at, found := MountAt(mounts, m.Target); found && !under(m.Target, at.Target) {
				t.Errorf("MountAt(%q) = %+v, which the path is not below", m.Target, at)
			}
			if device, err := parseDevice(m.Device.String()); err != nil || device != m.Device {
				t.Errorf("parseDevice(%q) = %v, %v; want itself", m.Device, device, err)
			}
		}
	})
}

func FuzzParseStatus(f *testing.F) {
	seed(f, "/proc/self/status", "Pid:\t1\nUid:\t0\t0\t0\t0\nCapEff:\tff\nNSpid:\t1 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStatus(text)
		if (err != nil) != (s.PID == 0) {
			t.Errorf("ParseStatus(%q) = %+v, %v; want a PID or an error", text, s, err)
		}
	})
}

func FuzzStatName(f *testing.F) {
	for _, name := range []string{"cat", ") R 1 (", "\n", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		want := Stat{PID: 7, Name: name, State: "S", Parent: 1, Group: 2, Session: 3, Start: 99}
		text := "7 (" + name + ") S 1 2 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 99 0\n"
		if got, err := ParseStat(text); err != nil || got != want {
			t.Errorf("ParseStat(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	})
}

func FuzzParseStat(f *testing.F) {
	seed(f, "/proc/self/stat", "1 (", ") S", "1 () S 1 1 1")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseStat(text); err == nil && (s.State == "" || !strings.Contains(text, "("+s.Name+")")) {
			t.Errorf("ParseStat(%q) = %+v; want a state and the name", text, s)
		}
	})
}

func FuzzParseMemberships(f *testing.F) {
	seed(f, "/proc/self/cgroup", "3:cpu,name=x:/a:b\n0::/..\n", "0:://..")
	f.Fuzz(func(t *testing.T, text string) {
		members, err := ParseMemberships(text)
		if err != nil {
			return
		}
		mounts := []Mount{{ID: "2", Target: "/u", Root: "/", FSType: "cgroup2"}}
		for _, m := range members {
			if !strings.Contains(text, fmt.Sprintf(":%s", m.Path)) || m.Version() == 2 && m.Controllers != nil {
				t.Errorf("ParseMemberships(%q) = %+v", text, m)
			}
			mounts = append(mounts, Mount{ID: "3", Target: "/v", Root: m.Path, FSType: "cgroup", SuperOptions: "rw," + strings.Join(m.Controllers, ",")})
		}
		for _, h := range HierarchiesIn(mounts, members) {
			if h.Dir != "" && (!under(h.Dir, h.MountPoint) || slices.Contains(strings.Split(h.Dir, "/"), "..") || h.Dir != filepath.Clean(h.Dir)) {
				t.Errorf("HierarchiesIn(%q): %+v; want a directory below the mount point", text, h)
			}
		}
	})
}

func FuzzParseTables(f *testing.F) {
	seed(f, "/proc/cgroups", "#a\ncpu\t1\t2\t1\n")
	seed(f, "/proc/filesystems")
	seed(f, "/proc/cpuinfo")
	f.Fuzz(func(t *testing.T, text string) {
		systems, err := ParseSubsystems(text)
		for _, s := range systems {
			if err != nil || s.Name == "" {
				t.Errorf("ParseSubsystems(%q) = %+v, %v", text, systems, err)
			}
		}
		names, err := ParseFileSystems(text)
		if err != nil && names != nil || slices.Contains(names, "") {
			t.Errorf("ParseFileSystems(%q) = %q, %v", text, names, err)
		}
		if flags, err := ParseCPUFlags(text); err != nil || slices.Contains(flags, "") {
			t.Errorf("ParseCPUFlags(%q) = %q, %v", text, flags, err)
		}
	})
}
