package cgroupcpu

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		// What older and newer versions of nproc print differs only on v2.
		"nproc":       {Root: true, Number: func([]int) int { return runtime.NumCPU() }},
		"who-is-in":   {Root: true, Number: func(drawn []int) int { return 1 + drawn[1] }},
		"quota-in-ms": {Root: true, Tries: 5, Within: 10, Proof: tenthOfTenSeconds},
	})
}

// tenthOfTenSeconds lets hogs run for a second or so, and counts what they get
// in a period, for a hundred of them. They are four, and of the greatest weight, so
// that together they get the quota also where the machine has other things to do.
func tenthOfTenSeconds(b *bench.Bench) string {
	g, err := steps.Group(b, "", limits, counts)
	if err != nil {
		return steps.Unable(err)
	}
	stat := func(file, filter string) string {
		for _, d := range g.Dirs {
			for _, c := range d.Controllers {
				if c == limits && file == "cpu.stat" || c == counts && file != "cpu.stat" {
					return "awk '" + filter + "' " + filepath.Join(d.Path, file)
				}
			}
		}
		return "false"
	}
	usage := stat("cpuacct.usage", "{ print int($1 / 1000) }")
	if g.Dirs[0].Version == 2 {
		usage = stat("cpu.stat", "/usage_usec/ { print $2 }")
	}
	periods := stat("cpu.stat", "/nr_periods/ { print $2 }")
	bandwidth := cgroup.Bandwidth{Quota: 25 * time.Millisecond, Period: 100 * time.Millisecond}
	const greatest = 1 << 18 // MAX_SHARES of the kernel's scheduler
	return grouped(b, bandwidth, "  "+g.WeighCPU(greatest).Shell(), "  for i in x x x x; do timeout 1.5 yes >/dev/null & done\n  wait || true\n") +
		fmt.Sprintf("echo $(($(%s) / 10 / $(%s)))\n", usage, periods)
}
