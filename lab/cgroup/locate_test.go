package cgroup

import (
	"errors"
	"os"
	"strings"
	"testing"

	"byhand/internal/kernel"
)

func TestFindDecidesForEachController(t *testing.T) {
	cpu := kernel.Hierarchy{Version: 1, Controllers: []string{"cpu", "cpuacct"}, MountPoint: "/cpu", Dir: "/cpu/own"}
	named := kernel.Hierarchy{Version: 1, Name: "systemd", MountPoint: "/systemd"}
	empty := kernel.Hierarchy{Version: 2, MountPoint: "/unified"}
	full := kernel.Hierarchy{Version: 2, MountPoint: "/v2", Controllers: []string{"cpu", "io", "memory"}}
	for _, f := range []struct {
		all  []kernel.Hierarchy
		c    Controller
		want string
	}{
		{[]kernel.Hierarchy{empty, named, cpu}, CPU, "/cpu"}, {[]kernel.Hierarchy{empty, cpu}, CPUAcct, "/cpu"},
		{[]kernel.Hierarchy{empty, cpu}, Memory, ""}, {[]kernel.Hierarchy{empty, cpu}, Freezer, "/unified"},
		{[]kernel.Hierarchy{full, cpu}, CPU, "/cpu"}, {[]kernel.Hierarchy{full, cpu}, Memory, "/v2"},
		{[]kernel.Hierarchy{full}, BlkIO, "/v2"}, {[]kernel.Hierarchy{full}, CPUAcct, "/v2"}, {[]kernel.Hierarchy{full}, PIDs, ""},
		{nil, CPU, ""},
	} {
		if got, _ := find(f.all, f.c); got.MountPoint != f.want {
			t.Errorf("find(%v, %s) = %q; want %q", f.all, f.c, got.MountPoint, f.want)
		}
	}
	if got := dirOf(cpu) + dirOf(empty); got != "/cpu/own/unified" {
		t.Errorf("dirOf = %q; want our own group where it is shown, else the mount point", got)
	}
}

func TestLocateHere(t *testing.T) {
	for _, c := range []Controller{CPU, CPUAcct, Memory, PIDs, BlkIO, Freezer, Devices} {
		p, err := Locate(c)
		var lack *LackError
		switch {
		case err == nil:
			t.Logf("%s: v%d, groups in %s", c, p.Version, p.Parent)
			if p.Version != 1 && p.Version != 2 || !strings.HasPrefix(p.Parent, p.Mount) {
				t.Errorf("Locate(%s) = %+v; want version 1 or 2, and a parent below the mount point", c, p)
			}
		case !errors.As(err, &lack) || lack.Hint() == "" || lack.Controller != c:
			t.Errorf("Locate(%s) = %v; want a *LackError with a hint", c, err)
		default:
			t.Logf("%v; %s", err, lack.Hint())
			if os.Geteuid() != 0 && !errors.Is(err, ErrNotWritable) && !errors.Is(err, ErrNotDelegated) && !errors.Is(err, ErrMissing) {
				t.Errorf("Locate(%s) = %v; want to know what lacks", c, err)
			}
		}
	}
	var lack *LackError
	if _, err := Locate("nonsense"); !errors.Is(err, ErrMissing) || !errors.As(err, &lack) || lack.Hint() == "" {
		t.Errorf("Locate(nonsense) = %v; want %v, and a hint", err, ErrMissing)
	}
}
