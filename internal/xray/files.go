package xray

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// key is a controller in one of the two versions.
type key struct {
	controller string
	version    int
}

// file is a file of a cgroup that is worth showing.
type file struct {
	name string
	// line is the one line of it that counts, where it has several.
	line string
	// beside is a second file without which the first means nothing.
	beside string
	// limit marks one that the groups above may set lower.
	limit bool
	// means says the text in words; nil where it speaks for itself.
	means func(string) string
}

// files are those of each controller; see cgroups(7) and the kernel's
// admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1/.
var files = map[key][]file{
	{"cpu", 1}: {
		{name: "cpu.cfs_quota_us", beside: "cpu.cfs_period_us", limit: true, means: bandwidth},
		{name: "cpu.shares"},
		{name: "cpu.stat", line: "nr_throttled", means: times},
	},
	{"cpuacct", 1}: {{name: "cpuacct.usage", means: nanoseconds}},
	{"cpu", 2}: {
		{name: "cpu.max", limit: true, means: bandwidth},
		{name: "cpu.weight"},
		{name: "cpu.stat", line: "usage_usec", means: microseconds},
		{name: "cpu.stat", line: "nr_throttled", means: times},
	},
	{"memory", 1}: {
		{name: "memory.limit_in_bytes", limit: true, means: bytes},
		{name: "memory.memsw.limit_in_bytes", limit: true, means: bytes},
		{name: "memory.usage_in_bytes", means: bytes},
		{name: "memory.oom_control", line: "oom_kill", means: times},
	},
	{"memory", 2}: {
		{name: "memory.max", limit: true, means: bytes},
		{name: "memory.high", limit: true, means: bytes},
		{name: "memory.swap.max", limit: true, means: bytes},
		{name: "memory.current", means: bytes},
		{name: "memory.events", line: "oom_kill", means: times},
	},
	{"pids", 1}:    {{name: "pids.max", limit: true}, {name: "pids.current"}},
	{"pids", 2}:    {{name: "pids.max", limit: true}, {name: "pids.current"}},
	{"cpuset", 1}:  {{name: "cpuset.cpus"}, {name: "cpuset.mems"}},
	{"cpuset", 2}:  {{name: "cpuset.cpus.effective"}, {name: "cpuset.mems.effective"}},
	{"freezer", 1}: {{name: "freezer.state"}},
	{"", 2}:        {{name: "cgroup.freeze", means: frozen}},
	{"devices", 1}: {{name: "devices.list"}},
	{"blkio", 1}:   {{name: "blkio.throttle.read_bps_device"}, {name: "blkio.throttle.write_bps_device"}},
	{"io", 2}:      {{name: "io.max", limit: true}, {name: "io.weight"}},
}

// limits reports whether a limit's text is one: "max", -1, and on v1 the largest
// number of pages are not, and an empty file is not.
func limits(text string) bool {
	first, _, _ := strings.Cut(text, " ")
	if first == "" || first == "max" || first == "-1" {
		return false
	}
	n, err := strconv.ParseInt(first, 10, 64)
	return err != nil || n < math.MaxInt64-1<<20
}

// bandwidth says a quota and a period in words.
func bandwidth(text string) string {
	f := strings.Fields(text)
	if !limits(text) || len(f) != 2 {
		return "no limit"
	}
	quota, err1 := strconv.ParseFloat(f[0], 64)
	period, err2 := strconv.ParseFloat(f[1], 64)
	if err1 != nil || err2 != nil || period == 0 {
		return ""
	}
	return fmt.Sprintf("%.4g %% of one CPU", quota/period*100)
}

// bytes says a number of bytes in words.
func bytes(text string) string {
	if !limits(text) {
		return "no limit"
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return ""
	}
	if n < 1<<10 {
		return fmt.Sprintf("%.0f B", n)
	}
	prefixes := "KMGTPE"
	for n /= 1 << 10; n >= 1<<10 && len(prefixes) > 1; prefixes = prefixes[1:] {
		n /= 1 << 10
	}
	return fmt.Sprintf("%.4g %ciB", n, prefixes[0])
}

func microseconds(text string) string { return duration(text, time.Microsecond) }

func nanoseconds(text string) string { return duration(text, time.Nanosecond) }

func duration(text string, unit time.Duration) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > math.MaxInt64/int64(unit) {
		return ""
	}
	return (time.Duration(n) * unit).Round(time.Millisecond).String() + " of CPU time"
}

func times(text string) string {
	if text == "1" {
		return "once"
	}
	return text + " times"
}

func frozen(text string) string {
	if text == "1" {
		return "frozen"
	}
	return "runs"
}
