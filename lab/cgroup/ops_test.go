package cgroup

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// notes is the group of the course notes, on v1.
func notes() *Group {
	g := &Group{Name: "sandbox"}
	for _, c := range []Controller{CPU, Memory, BlkIO, Devices, Freezer} {
		mount := "/sys/fs/cgroup/" + string(c)
		g.add(Dir{Path: mount + "/sandbox", Version: 1, Mount: mount}, c)
	}
	return g
}

// spelt are operations, and how each version and cgroup-tools spell them.
var spelt = []struct {
	name          string
	ops           func(g *Group) Ops
	v1, v2, tools string
	// toolsV2 are the tools' commands on v2.
	toolsV2 string
}{
	{"Create", (*Group).Create,
		`mkdir /sys/fs/cgroup/cpu/sandbox
mkdir /sys/fs/cgroup/memory/sandbox
mkdir /sys/fs/cgroup/blkio/sandbox
mkdir /sys/fs/cgroup/devices/sandbox
mkdir /sys/fs/cgroup/freezer/sandbox
`, `echo '+cpu +memory +io' > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/sandbox
`, "cgcreate -g cpu,memory,blkio,devices,freezer:/sandbox\n", "cgcreate -g cpu,memory,io:/sandbox\n"},
	{"Join", func(g *Group) Ops { return g.Join(77) },
		`echo 77 > /sys/fs/cgroup/cpu/sandbox/cgroup.procs
echo 77 > /sys/fs/cgroup/memory/sandbox/cgroup.procs
echo 77 > /sys/fs/cgroup/blkio/sandbox/cgroup.procs
echo 77 > /sys/fs/cgroup/devices/sandbox/cgroup.procs
echo 77 > /sys/fs/cgroup/freezer/sandbox/cgroup.procs
`, "echo 77 > /sys/fs/cgroup/sandbox/cgroup.procs\n", "cgclassify -g cpu,memory,blkio,devices,freezer:/sandbox 77\n", "cgclassify -g cpu,memory,io:/sandbox 77\n"},
	{"LimitCPU", func(g *Group) Ops { return g.LimitCPU(Percent(5)) },
		`echo 100000 > /sys/fs/cgroup/cpu/sandbox/cpu.cfs_period_us
echo 5000 > /sys/fs/cgroup/cpu/sandbox/cpu.cfs_quota_us
`, "echo '5000 100000' > /sys/fs/cgroup/sandbox/cpu.max\n", "cgset -r cpu.cfs_period_us=100000 -r cpu.cfs_quota_us=5000 /sandbox\n", "cgset -r 'cpu.max=5000 100000' /sandbox\n"},
	{"LimitCPU none", func(g *Group) Ops { return g.LimitCPU(Bandwidth{Period: 20 * time.Millisecond}) },
		`echo 20000 > /sys/fs/cgroup/cpu/sandbox/cpu.cfs_period_us
echo -1 > /sys/fs/cgroup/cpu/sandbox/cpu.cfs_quota_us
`, "echo 'max 20000' > /sys/fs/cgroup/sandbox/cpu.max\n", "cgset -r cpu.cfs_period_us=20000 -r cpu.cfs_quota_us=-1 /sandbox\n", "cgset -r 'cpu.max=max 20000' /sandbox\n"},
	{"WeighCPU", func(g *Group) Ops { return g.WeighCPU(512) },
		"echo 512 > /sys/fs/cgroup/cpu/sandbox/cpu.shares\n", "echo 50 > /sys/fs/cgroup/sandbox/cpu.weight\n", "cgset -r cpu.shares=512 /sandbox\n", "cgset -r cpu.weight=50 /sandbox\n"},
	{"LimitMemory", func(g *Group) Ops { return g.LimitMemory(MemoryLimit{Bytes: 80 * mib}) },
		`echo 83886080 > /sys/fs/cgroup/memory/sandbox/memory.limit_in_bytes
[ ! -e /sys/fs/cgroup/memory/sandbox/memory.memsw.limit_in_bytes ] || echo 83886080 > /sys/fs/cgroup/memory/sandbox/memory.memsw.limit_in_bytes
`, `echo 83886080 > /sys/fs/cgroup/sandbox/memory.max
[ ! -e /sys/fs/cgroup/sandbox/memory.swap.max ] || echo 0 > /sys/fs/cgroup/sandbox/memory.swap.max
`, "cgset -r memory.limit_in_bytes=83886080 -r memory.memsw.limit_in_bytes=83886080 /sandbox\n", "cgset -r memory.max=83886080 -r memory.swap.max=0 /sandbox\n"},
	{"Freeze", (*Group).Freeze,
		"echo FROZEN > /sys/fs/cgroup/freezer/sandbox/freezer.state\n", "echo 1 > /sys/fs/cgroup/sandbox/cgroup.freeze\n", "cgset -r freezer.state=FROZEN /sandbox\n", "cgset -r cgroup.freeze=1 /sandbox\n"},
	{"Thaw", (*Group).Thaw,
		"echo THAWED > /sys/fs/cgroup/freezer/sandbox/freezer.state\n", "echo 0 > /sys/fs/cgroup/sandbox/cgroup.freeze\n", "cgset -r freezer.state=THAWED /sandbox\n", "cgset -r cgroup.freeze=0 /sandbox\n"},
	{"LimitIO", func(g *Group) Ops { return g.LimitIO(Disk{8, 0}, IOLimit{WriteBytes: 1000}) },
		`echo '8:0 0' > /sys/fs/cgroup/blkio/sandbox/blkio.throttle.read_bps_device
echo '8:0 1000' > /sys/fs/cgroup/blkio/sandbox/blkio.throttle.write_bps_device
echo '8:0 0' > /sys/fs/cgroup/blkio/sandbox/blkio.throttle.read_iops_device
echo '8:0 0' > /sys/fs/cgroup/blkio/sandbox/blkio.throttle.write_iops_device
`, "echo '8:0 rbps=max wbps=1000 riops=max wiops=max' > /sys/fs/cgroup/sandbox/io.max\n",
		"cgset -r 'blkio.throttle.read_bps_device=8:0 0' -r 'blkio.throttle.write_bps_device=8:0 1000' -r 'blkio.throttle.read_iops_device=8:0 0' -r 'blkio.throttle.write_iops_device=8:0 0' /sandbox\n", "cgset -r 'io.max=8:0 rbps=max wbps=1000 riops=max wiops=max' /sandbox\n"},
	{"WeighIO", func(g *Group) Ops { return g.WeighIO(1000) },
		"echo 1000 > /sys/fs/cgroup/blkio/sandbox/blkio.weight\n", "echo 'default 10000' > /sys/fs/cgroup/sandbox/io.weight\n", "cgset -r blkio.weight=1000 /sandbox\n", "cgset -r 'io.weight=default 10000' /sandbox\n"},
	{"AllowOnly", func(g *Group) Ops { return g.AllowOnly([]DeviceRule{{"c", 1, 3, "rw"}}) },
		`echo a > /sys/fs/cgroup/devices/sandbox/devices.deny
echo 'c 1:3 rw' > /sys/fs/cgroup/devices/sandbox/devices.allow
`, "# bpf(2) attaches a program to /sys/fs/cgroup/sandbox, which no shell command does; it allows: c 1:3 rw\n",
		"cgset -r devices.deny=a -r 'devices.allow=c 1:3 rw' /sandbox\n", ""},
	{"Delete", (*Group).Delete,
		`rmdir /sys/fs/cgroup/cpu/sandbox
rmdir /sys/fs/cgroup/memory/sandbox
rmdir /sys/fs/cgroup/blkio/sandbox
rmdir /sys/fs/cgroup/devices/sandbox
rmdir /sys/fs/cgroup/freezer/sandbox
`, "rmdir /sys/fs/cgroup/sandbox\n", "cgdelete -g cpu,memory,blkio,devices,freezer:/sandbox\n", "cgdelete -g cpu,memory,io:/sandbox\n"},
}

func TestSpelling(t *testing.T) {
	for _, c := range spelt {
		ops := c.ops(notes())
		if got := ops.Shell(); got != c.v1 {
			t.Errorf("%s.Shell() on v1 =\n%s; want\n%s", c.name, got, c.v1)
		}
		if got := c.ops(notes().Other()).Shell(); got != c.v2 {
			t.Errorf("%s.Shell() on v2 =\n%s; want\n%s", c.name, got, c.v2)
		}
		if got := c.ops(notes().Other().Other()).Shell(); got != c.v1 {
			t.Errorf("%s.Shell() on v1 from v2 =\n%s; want\n%s", c.name, got, c.v1)
		}
		if got := ops.Tools(); got != c.tools {
			t.Errorf("%s.Tools() =\n%s; want\n%s", c.name, got, c.tools)
		}
		if got := c.ops(notes().Other()).Tools(); got != c.toolsV2 {
			t.Errorf("%s.Tools() on v2 =\n%s; want\n%s", c.name, got, c.toolsV2)
		}
	}
	if got, want := notes().Cgget("memory.stat"), "cgget -r memory.stat /sandbox"; got != want {
		t.Errorf("Cgget(memory.stat) = %q; want %q", got, want)
	}
	// A thread alone, which is what makes it fast.
	self := notes().joinSelf()
	if got, want := self[:1].Shell(), "echo 0 > /sys/fs/cgroup/cpu/sandbox/tasks\n"; got != want {
		t.Errorf("joinSelf().Shell() on v1 = %q; want %q", got, want)
	}
	two := append(notes().Join(1), notes().Join(2)...)
	if got, want := two.Tools(), "cgclassify -g cpu,memory,blkio,devices,freezer:/sandbox 1\ncgclassify -g cpu,memory,blkio,devices,freezer:/sandbox 2\n"; got != want {
		t.Errorf("Tools() of two Joins = %q; want %q", got, want)
	}
	if got, want := self.Tools(), "cgexec -g cpu,memory,blkio,devices,freezer:/sandbox PROGRAM\n"; got != want {
		t.Errorf("joinSelf().Tools() = %q; want %q", got, want)
	}
}

// A group without a controller of v2 is none that the tools could name, and one
// of an ordinary user's none that they could make.
func TestToolsOfNoUse(t *testing.T) {
	g := &Group{Name: "sandbox"}
	g.add(Dir{Path: "/sys/fs/cgroup/sandbox", Version: 2, Mount: "/sys/fs/cgroup", Enable: []string{"/sys/fs/cgroup"}}, Freezer)
	for name, ops := range map[string]Ops{"Create": g.Create(), "Join": g.Join(77), "Delete": g.Delete()} {
		if got := ops.Tools(); got != "" {
			t.Errorf("%s.Tools() of a group for the freezer on v2 = %q; want none", name, got)
		}
	}
	if got, want := g.Freeze().Tools(), "cgset -r cgroup.freeze=1 /sandbox\n"; got != want {
		t.Errorf("Freeze().Tools() on v2 = %q; want %q", got, want)
	}
	pinned := &Group{Name: "sandbox"}
	pinned.add(Dir{Path: "/t/byhand/sandbox", Version: 2, Mount: "/t", Enable: []string{"/t", "/t/byhand"}}, CPU)
	if got, want := pinned.Create().Tools(), "cgcreate -g cpu:/byhand -g cpu:/byhand/sandbox\n"; got != want {
		t.Errorf("Create().Tools() of a group in the pin = %q; want %q", got, want)
	}
	scoped := Scoped("sandbox", CPU)
	if got := scoped.Create().Tools() + scoped.LimitCPU(Percent(5)).Tools() + scoped.Cgget("cpu.stat"); got != "" {
		t.Errorf("the tools in a scope = %q; want none, as they begin at the root of the tree", got)
	}
}

// What is printed for cgroup-tools they accept, and it does what Perform does.
func TestToolsTwin(t *testing.T) {
	if _, err := exec.LookPath("cgcreate"); err != nil {
		t.Skipf("%v: apt-get install cgroup-tools", err)
	}
	if os.Geteuid() != 0 {
		t.Skip("the tools begin at the root of the tree, where an ordinary user may not write")
	}
	controllers := here(t)
	// The tools don't remember what they switch on.
	before := switchedOn()
	t.Cleanup(func() {
		for _, name := range switchedOn() {
			if !slices.Contains(before, name) {
				perform(t, Ops{{Verb: Write, Path: "/sys/fs/cgroup/cgroup.subtree_control", Text: "-" + name}})
			}
		}
	})
	g := group(t, controllers...)
	bash(t, g.Create().Tools())
	// What the first has enabled above is there for the second.
	beside := group(t, controllers...)
	bash(t, beside.Create().Tools())
	hog := start(t, "spin")
	bash(t, g.Join(hog.Process.Pid).Tools())
	if pids, err := g.Processes(); err != nil || len(pids) != 1 || pids[0] != hog.Process.Pid {
		t.Errorf("Processes() = %v, %v; want %d", pids, err, hog.Process.Pid)
	}
	for _, c := range controllers {
		switch c {
		case CPU:
			bash(t, g.LimitCPU(Percent(20)).Tools()+g.WeighCPU(512).Tools())
			if b, err := g.CPULimit(); err != nil || b != Percent(20) {
				t.Errorf("CPULimit() = %v, %v; want %v", b, err, Percent(20))
			}
			if n, err := g.CPUShares(); err != nil || n != 512 {
				t.Errorf("CPUShares() = %v, %v; want 512", n, err)
			}
		case Memory:
			// Whether swap is counted, which a kernel may leave out, is Shell's to ask.
			bash(t, g.LimitMemory(MemoryLimit{Bytes: 80 * mib})[:1].Tools()+g.Cgget("memory.stat"))
			if l, err := g.MemoryLimit(); err != nil || l.Bytes != 80*mib {
				t.Errorf("MemoryLimit() = %v, %v; want 80 MiB", l, err)
			}
		}
	}
	if err := g.Kill(soon(t), nil); err != nil {
		t.Fatal(err)
	}
}

func bash(t *testing.T, script string) {
	t.Helper()
	if out, err := exec.Command("bash", "-eu", "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("bash -eu: %v\n%s\n%s", err, script, out)
	}
}

// What is printed does what Perform does.
func TestShellTwin(t *testing.T) {
	controllers := here(t)
	g := group(t, controllers...)
	bash(t, g.Create().Shell())
	hog := start(t, "spin")
	bash(t, g.Join(hog.Process.Pid).Shell())
	if pids, err := g.Processes(); err != nil || len(pids) != 1 || pids[0] != hog.Process.Pid {
		t.Errorf("Processes() = %v, %v; want %d", pids, err, hog.Process.Pid)
	}
	for _, c := range controllers {
		switch c {
		case CPU:
			bash(t, g.LimitCPU(Percent(30)).Shell()+g.LimitCPU(Percent(20)).Shell()+g.WeighCPU(512).Shell())
			if b, err := g.CPULimit(); err != nil || b != Percent(20) {
				t.Errorf("CPULimit() = %v, %v; want %v", b, err, Percent(20))
			}
			if n, err := g.CPUShares(); err != nil || n != 512 {
				t.Errorf("CPUShares() = %v, %v; want 512", n, err)
			}
		case Memory:
			bash(t, g.LimitMemory(MemoryLimit{Bytes: 80 * mib}).Shell())
			if l, err := g.MemoryLimit(); err != nil || l.Bytes != 80*mib {
				t.Errorf("MemoryLimit() = %v, %v; want 80 MiB", l, err)
			}
		case PIDs:
			bash(t, g.LimitPIDs(50).Shell())
			if s, err := g.PIDsStat(); err != nil || s.Limit != 50 {
				t.Errorf("PIDsStat() = %v, %v; want limit 50", s, err)
			}
		case Freezer:
			bash(t, g.Freeze().Shell())
			for i := 0; ; i++ {
				if frozen, err := g.Frozen(); err != nil || i > 1000 {
					t.Fatalf("Frozen() = %v, %v; want true soon", frozen, err)
				} else if frozen {
					break
				}
				time.Sleep(time.Millisecond)
			}
			bash(t, g.Thaw().Shell())
		}
	}
	if err := g.Kill(soon(t), nil); err != nil {
		t.Fatal(err)
	}
	bash(t, "sleep 0.1\n"+g.Delete().Shell())
}

func TestWord(t *testing.T) {
	for _, s := range []string{"a b", "it's", "$HOME", "", "*", "5000 100000", "`id`", "a\nb", "\\", "ä"} {
		out, err := exec.Command("sh", "-c", "printf %s "+Word(s)).Output()
		if err != nil || string(out) != s {
			t.Errorf("sh reads %s as %q, %v; want %q", Word(s), out, err, s)
		}
	}
	if got := Word("/sys/fs/cgroup/cpu,cpuacct/x"); strings.Contains(got, "'") {
		t.Errorf("word of a plain path = %s; want it as it is", got)
	}
}
