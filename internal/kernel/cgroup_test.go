package kernel

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseMemberships(t *testing.T) {
	const text = "12:cpu,cpuacct:/user.slice\n3:name=systemd:/a b:c/d\n2:cpu,name=x:/\n1:misc:/../..\n0::/user.slice/session-1.scope (deleted)\n"
	want := []Membership{
		{12, []string{"cpu", "cpuacct"}, "", "/user.slice"}, {3, nil, "systemd", "/a b:c/d"}, {2, []string{"cpu"}, "x", "/"},
		{1, []string{"misc"}, "", "/../.."}, {0, nil, "", "/user.slice/session-1.scope (deleted)"},
	}
	got, err := ParseMemberships(text)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseMemberships = %+v, %v; want %+v", got, err, want)
	}
	if got[0].Version() != 1 || got[4].Version() != 2 {
		t.Errorf("Version of 12 and 0 = %d, %d; want 1, 2", got[0].Version(), got[4].Version())
	}
	for _, bad := range []string{"\n", "1:cpu", "x:cpu:/", "-1:cpu:/", "1:cpu:relative", "1:cpu:", "0:cpu:/", "1::/"} {
		if got, err := ParseMemberships(bad); err == nil {
			t.Errorf("ParseMemberships(%q) = %+v; want an error", bad, got)
		}
	}
}

func TestParseSubsystems(t *testing.T) {
	const text = "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t9\t12\t1\nmemory\t0\t97\t0\n"
	want := []Subsystem{{"cpuset", 9, 12, true}, {"memory", 0, 97, false}}
	if got, err := ParseSubsystems(text); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseSubsystems = %+v, %v; want %+v", got, err, want)
	}
	for _, bad := range []string{"cpu\t1\t1\n", "cpu\tx\t1\t1\n", "cpu\t1\tx\t1\n", "cpu\t1\t1\tx\n", "\t1\t1\t1\n", "cpu\t1\t1\t1\t1\n", "#a\n#b\n", "\n"} {
		if got, err := ParseSubsystems(bad); err == nil {
			t.Errorf("ParseSubsystems(%q) = %+v; want an error", bad, got)
		}
	}
	if got, err := ParseSubsystems(""); err != nil || got != nil {
		t.Errorf("ParseSubsystems of nothing = %+v, %v; want none", got, err)
	}
}

func TestShown(t *testing.T) {
	for _, tt := range []struct{ root, path, want string }{
		{"/", "/", "/m"}, {"/", "/a/b", "/m/a/b"}, {"/a", "/a", "/m"}, {"/a", "/a/b", "/m/b"},
		{"/a", "/ab", ""}, {"/a/b", "/a", ""},
		// Of a cgroup namespace: /.. is above its root, and what leads down is unknown.
		{"/", "/..", ""}, {"/", "/../a", ""}, {"/..", "/", ""}, {"/..", "/../a", "/m/a"}, {"/..", "/..", "/m"}, {"/..", "/../..", ""},
		{"/..", "/../../a", ""}, {"/../a", "/../a/b", "/m/b"}, {"/", "/..a", "/m/..a"},
		// No kernel writes these.
		{"/", "//..", ""}, {"/", "/a/../../b", ""},
	} {
		if got := shown(Mount{Root: tt.root, Target: "/m"}, tt.path); got != tt.want {
			t.Errorf("shown(root %q, path %q) = %q; want %q", tt.root, tt.path, got, tt.want)
		}
	}
}

func TestHierarchiesIn(t *testing.T) {
	const text = `1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw
3 2 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/a\054cpu,name=systemd
4 2 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
5 2 0:32 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,noprefix,cpuset,cpuset_v2_mode
6 2 0:33 /box /sys/fs/cgroup/box rw - cgroup2 cgroup2 rw
7 2 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
8 2 0:34 / /sys/fs/cgroup/hidden rw - cgroup cgroup rw,pids
9 8 0:35 / /sys/fs/cgroup/hidden rw - tmpfs tmpfs rw
`
	mounts, err := ParseMounts(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	members, err := ParseMemberships("0::/u\n4:pids:/\n3:cpuset:/\n2:cpu,cpuacct:/user\n1:name=systemd:/s\n")
	if err != nil {
		t.Fatal(err)
	}
	const dir = "/sys/fs/cgroup/"
	want := []Hierarchy{
		{1, nil, "systemd", dir + "systemd", "/s", dir + "systemd/s"},
		{1, []string{"cpu", "cpuacct"}, "", dir + "cpu,cpuacct", "/user", dir + "cpu,cpuacct/user"},
		{1, []string{"cpuset"}, "", dir + "cpuset", "/", dir + "cpuset"},
		{2, nil, "", dir + "box", "/u", ""},
		{2, nil, "", dir + "unified", "/u", dir + "unified/u"},
	}
	got := HierarchiesIn(mounts, members)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("HierarchiesIn = %+v; want %+v", got, want)
	}
	got[3].Controllers, got[4].Controllers = []string{"memory", "io"}, []string{"memory"}
	for name, want := range map[string]string{"cpuacct": dir + "cpu,cpuacct", "memory": dir + "unified", "io": dir + "box", "pids": "", "systemd": ""} {
		h, found := WithController(got, name)
		if h.MountPoint != want || found != (want != "") {
			t.Errorf("WithController(%q) = %+v, %t; want it on %q", name, h, found, want)
		}
	}
	for _, m := range members {
		if other := (Mount{FSType: "tmpfs", SuperOptions: "rw,pids,cpuset,cpu,cpuacct,name=systemd"}); m.mountedAs(other) {
			t.Errorf("%+v is mounted as %+v; want only cgroup file systems", m, other)
		}
	}
	alone := HierarchiesIn(mounts[3:4], nil)
	if len(alone) != 1 || alone[0].Version != 1 || alone[0].Path != "" || alone[0].Dir != "" || alone[0].Controllers != nil {
		t.Errorf("HierarchiesIn without memberships = %+v; want cpu's, and nothing known of it", alone)
	}
}

// procs returns the processes that a cgroup's own file lists.
func procs(t *testing.T, dir string) []int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := numbers(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestHierarchiesAgainstProcs finds processes in the very cgroups' files.
func TestHierarchiesAgainstProcs(t *testing.T) {
	pid := stand(t, &syscall.SysProcAttr{}, "stand", nil)
	all, err := Hierarchies(pid)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Skip("no cgroup file system is mounted here")
	}
	for _, h := range all {
		var fs unix.Statfs_t
		if err := unix.Statfs(h.MountPoint, &fs); err != nil {
			t.Fatal(err)
		}
		if want := map[int]int64{1: unix.CGROUP_SUPER_MAGIC, 2: unix.CGROUP2_SUPER_MAGIC}[h.Version]; int64(fs.Type) != want {
			t.Errorf("%+v: statfs says type %#x; want %#x", h, fs.Type, want)
		}
		if h.Dir == "" || !slices.Contains(procs(t, h.Dir), pid) {
			t.Errorf("%+v: its own cgroup's procs lack %d", h, pid)
		}
		text, err := exec.Command("cat", h.MountPoint+"/cgroup.controllers").Output()
		if want := strings.Fields(string(text)); h.Version == 2 && (err != nil || !slices.Equal(h.Controllers, want)) {
			t.Errorf("%+v: want the controllers %v, %v", h, want, err)
		}
		for _, c := range h.Controllers {
			if at, found := WithController(all, c); !found || at.Version != h.Version {
				t.Errorf("WithController(%q) = %+v, %t; want %+v", c, at, found, h)
			}
		}
	}
	if h, found := WithController(all, "cpu"); found && h.Version == 1 {
		if _, err := os.Stat(filepath.Join(h.MountPoint, "cpu.shares")); err != nil {
			t.Errorf("%+v has cpu: %v", h, err)
		}
	}
}

// TestHierarchiesInNamespace looks from a cgroup namespace, whose root is the
// process's own cgroup, through the mounts made outside of it.
func TestHierarchiesInNamespace(t *testing.T) {
	outside, err := Hierarchies(0)
	if err != nil {
		t.Fatal(err)
	}
	var within []Hierarchy
	pid := stand(t, inside(t, unix.CLONE_NEWCGROUP), "hierarchies", &within)
	if len(within) != len(outside) {
		t.Fatalf("Hierarchies in the namespace = %+v; want as many as outside: %+v", within, outside)
	}
	for i, h := range within {
		want := outside[i].Dir
		if outside[i].Path != "/" {
			want = "" // the mount's root is above the namespace's
		}
		if h.Path != "/" || h.Dir != want || !slices.Equal(h.Controllers, outside[i].Controllers) {
			t.Errorf("in the namespace %+v; want path / and directory %q, else %+v", h, want, outside[i])
		}
		if want != "" && !slices.Contains(procs(t, want), pid) {
			t.Errorf("%+v: its cgroup's procs lack %s", h, strconv.Itoa(pid))
		}
	}
}

func TestMembershipsAgainstSubsystems(t *testing.T) {
	members, err := Memberships(0)
	if err != nil {
		t.Fatal(err)
	}
	listed, err := Subsystems()
	if err != nil {
		t.Skipf("no table of v1 to compare with: %v", err)
	}
	for _, s := range listed {
		i := slices.IndexFunc(members, func(m Membership) bool { return slices.Contains(m.Controllers, s.Name) })
		if (s.Hierarchy != 0) != (i >= 0) || i >= 0 && members[i].Hierarchy != s.Hierarchy {
			t.Errorf("Subsystems has %+v, Memberships %+v; want the same hierarchy", s, members)
		}
	}
}
