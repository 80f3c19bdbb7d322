package doctor

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"byhand/internal/kernel"
)

const (
	// v1Cgroups and v1Mounts are in the form of Debian 10: all on v1, some
	// controllers sharing a hierarchy, memory disabled at boot.
	v1Cgroups = `#subsys_name	hierarchy	num_cgroups	enabled
cpuset	9	1	1
cpu	2	64	1
cpuacct	2	64	1
blkio	4	64	1
memory	0	97	0
freezer	7	2	1
perf_event	11	1	1
`
	v1Mounts = `25 30 0:23 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
30 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
32 25 0:27 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
35 32 0:30 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd
39 32 0:34 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:15 - cgroup cgroup rw,cpu,cpuacct
40 32 0:35 / /sys/fs/cgroup/cpuset rw,nosuid shared:16 - cgroup cgroup rw,cpuset
41 32 0:36 / /sys/fs/cgroup/blkio rw,nosuid shared:17 - cgroup cgroup rw,blkio
`
	v1Own = `11:perf_event:/
9:cpuset:/
7:freezer:/
4:blkio:/user.slice
2:cpu,cpuacct:/user.slice
1:name=systemd:/user.slice/user-1000.slice/session-1.scope
`
	// v2Cgroups and v2Mounts are in the form of Debian 12: all on v2.
	v2Cgroups = `#subsys_name	hierarchy	num_cgroups	enabled
cpuset	0	71	1
cpu	0	71	1
cpuacct	0	71	1
blkio	0	71	1
memory	0	71	1
devices	0	71	1
freezer	0	71	1
net_cls	0	71	1
pids	0	71	1
`
	v2Mounts = `24 29 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`
	v2Own = "0::/user.slice/user-1000.slice/session-1.scope\n"
	// hybridCgroups and hybridMounts have cpu on v1 and memory on v2.
	hybridCgroups = `#subsys_name	hierarchy	num_cgroups	enabled
cpu	3	1	1
memory	0	1	1
freezer	5	1	1
hugetlb	0	1	1
`
	hybridMounts = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 27 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`
	hybridOwn = "5:freezer:/\n3:cpu:/\n0::/\n"
)

func TestControllers(t *testing.T) {
	tests := []struct {
		name, table, mounts, own string
		offers                   map[string][]string
		layout                   string
		want                     map[string]string // a controller to its evidence; "no: " where not OK
	}{
		{
			"v1", v1Cgroups, v1Mounts, v1Own, nil, "v1: 4 hierarchies",
			map[string]string{
				"cpu":        "v1, mounted on /sys/fs/cgroup/cpu,cpuacct",
				"cpuacct":    "v1, mounted on /sys/fs/cgroup/cpu,cpuacct",
				"cpuset":     "v1, mounted on /sys/fs/cgroup/cpuset",
				"blkio":      "v1, mounted on /sys/fs/cgroup/blkio",
				"memory":     "no: not available: /proc/cgroups says that it is disabled",
				"freezer":    "no: not available: bound to a v1 hierarchy that is not mounted here",
				"perf_event": "no: not available: bound to a v1 hierarchy that is not mounted here",
			},
		},
		{
			"v2", v2Cgroups, v2Mounts, v2Own,
			map[string][]string{"/sys/fs/cgroup": {"cpuset", "cpu", "io", "memory", "pids", "misc"}},
			"v2 on /sys/fs/cgroup (offers cpuset cpu io memory pids misc)",
			map[string]string{
				"cpu":     "v2, in /sys/fs/cgroup/cgroup.controllers",
				"cpuset":  "v2, in /sys/fs/cgroup/cgroup.controllers",
				"memory":  "v2, in /sys/fs/cgroup/cgroup.controllers",
				"pids":    "v2, in /sys/fs/cgroup/cgroup.controllers",
				"misc":    "v2, in /sys/fs/cgroup/cgroup.controllers",
				"blkio":   "v2, as io in /sys/fs/cgroup/cgroup.controllers",
				"freezer": "v2, as cgroup.freeze in every cgroup",
				"cpuacct": "v2, as cpu.stat in every cgroup",
				"devices": "v2, as BPF programs attached to a cgroup",
				"net_cls": "no: not available: not in /sys/fs/cgroup/cgroup.controllers",
			},
		},
		{
			"hybrid", hybridCgroups, hybridMounts, hybridOwn,
			map[string][]string{"/sys/fs/cgroup/unified": {"memory"}},
			"hybrid: 1 v1 hierarchies, and v2 on /sys/fs/cgroup/unified (offers memory)",
			map[string]string{
				"cpu":     "v1, mounted on /sys/fs/cgroup/cpu",
				"memory":  "v2, in /sys/fs/cgroup/unified/cgroup.controllers",
				"freezer": "no: not available: bound to a v1 hierarchy that is not mounted here",
				"hugetlb": "no: not available: the kernel has it, but no mounted hierarchy offers it",
			},
		},
		{
			"none", "", "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n", "", nil, "no: no cgroup file system is mounted",
			map[string]string{
				"cpu":    "no: not available: neither /proc/cgroups nor a mounted hierarchy names it",
				"memory": "no: not available: neither /proc/cgroups nor a mounted hierarchy names it",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mounts, err1 := kernel.ParseMounts(strings.NewReader(tt.mounts))
			own, err2 := kernel.ParseMemberships(tt.own)
			listed, err3 := kernel.ParseSubsystems(tt.table)
			if err := errors.Join(err1, err2, err3); err != nil {
				t.Fatal(err)
			}
			mounted := kernel.HierarchiesIn(mounts, own)
			for i, h := range mounted {
				if h.Version == 2 {
					mounted[i].Controllers = tt.offers[h.MountPoint]
				}
			}
			findings := cgroupFindings(listed, mounted)
			got := map[string]string{}
			for _, f := range findings {
				wellFormed(t, f)
				name := strings.TrimPrefix(f.What, "cgroup ")
				if before, twice := got[name]; twice {
					t.Errorf("%q is found twice: %q, %q", name, before, f.Got)
				}
				got[name] = f.Got
				if !f.OK {
					got[name] = "no: " + f.Got
				}
				if want := slices.Contains([]string{"versions", "cpu", "memory"}, name); f.Required != want {
					t.Errorf("finding %q: required %t; want %t", f.What, f.Required, want)
				}
			}
			if got["versions"] != tt.layout {
				t.Errorf("cgroup versions = %q; want %q", got["versions"], tt.layout)
			}
			delete(got, "versions")
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("controllers = %q; want %q", got, tt.want)
			}
		})
	}
}
