package cgroupcpu

import (
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "nproc",
			Ask: "nproc prints {1} on this machine. A group is given a quota of 5 % of all CPUs, and nproc runs in it. What does it print?",
			Number: &lesson.Number{
				Unit:  "CPUs",
				Traps: []lesson.Trap{{Is: 0, Why: "A quota may be less than one CPU, but it runs on one all the same: now and then."}},
				Why:   "A quota is time, and takes no CPU away. What nproc asks for is which CPUs the process may be put on.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.CgroupCPU}, Prepare: steps.Delegate,
				Draw:  func(*rand.Rand) []int { return []int{runtime.NumCPU()} },
				Shell: nproc,
			},
			Explain: "sched_getaffinity(2) names every CPU, whatever the quota, so a program that starts a thread for each CPU starts too many. GNU's nproc reads a quota of cgroup v2 only since coreutils 9.8; where it does, it prints the quota in whole CPUs, 1 at the least.",
		},
		{
			Key: "who-is-in",
			Ask: "A shell outside a group starts {1} programs, which sleep. Then it writes its own PID to cgroup.procs, and then it starts {2} more. How many processes does cgroup.procs list?",
			Number: &lesson.Number{
				Unit: "processes",
				Why:  "A process is in the group if it was moved there, as the shell, or was born to one that was in it then. Nothing else moves it.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.CgroupCPU}, Prepare: steps.Delegate,
				Draw:  lesson.Between(1, 5, 2),
				Shell: whoIsIn,
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: drawn[0] + drawn[1] + 1, Why: "Children born before their parent moved stay where they were."},
						{Is: drawn[1], Why: "The shell itself is in the group too."},
						{Is: 1, Why: "A child is born into the group that its parent is in at that moment."},
					}
				},
			},
			Explain: "The shell, and those that it started from then on. That is why a limit is set up before a program is started, and why a container's first process is put into its group before it becomes the program.",
		},
		{
			Key: "quota-in-ms",
			Ask: "The quota is 25000 and the period 100000 (v1: cpu.cfs_quota_us and cpu.cfs_period_us; v2: cpu.max). One yes runs in the group for 10 seconds, on a machine with four CPUs and nothing else to do. How many milliseconds of CPU time does it get?",
			Number: &lesson.Number{
				Is: 2500, Within: 2, Unit: "milliseconds",
				Traps: []lesson.Trap{
					{Is: 10000, Why: "One CPU for itself, and so it would be without the quota."},
					{Is: 625, Why: "The quota counts CPU time on whatever CPUs together. Four CPUs don't make it smaller."},
					{Is: 250, Why: "That is one second's. It runs for ten."},
					{Is: 25, Why: "That is one period's, of which there are a hundred in 10 seconds."},
				},
				Why: "25 of each 100 milliseconds, a hundred times.",
			},
			Explain: "A quarter of each period, on all CPUs together: 25 ms in each 100 ms are 2500 ms in 10 s.",
		},
	}
}

// grouped writes the commands that make a group with a quota, and a subshell
// that first does what is to be done outside, and then goes in.
func grouped(b *bench.Bench, quota cgroup.Bandwidth, before, inside string) string {
	g, err := steps.Group(b, "", limits, counts)
	if err != nil {
		return steps.Unable(err)
	}
	return g.Create().Shell() + g.LimitCPU(quota).Shell() + "(\n" + before + g.JoinShell(`  echo "$BASHPID"`) + inside + ")\n"
}

func nproc(b *bench.Bench, _ []int) string {
	show := ""
	if g, err := steps.Group(b, "", limits); err == nil {
		file := "cpu.max"
		if g.Dirs[0].Version == 1 {
			file = "cpu.cfs_quota_us"
		}
		show = "  cat " + filepath.Join(g.Dirs[0].Path, file) + "\n"
	}
	return grouped(b, quota(), "", show+"  nproc\n")
}

func whoIsIn(b *bench.Bench, drawn []int) string {
	g, err := steps.Group(b, "", limits, counts)
	if err != nil {
		return steps.Unable(err)
	}
	start := func(n int) string {
		return "  for i in" + strings.Repeat(" x", n) + "; do sleep 60 >/dev/null 2>&1 & done\n"
	}
	// The shell reads the list itself: whatever it started would be in it.
	return grouped(b, noQuota, start(drawn[0]), start(drawn[1])+
		"  mapfile -t pids <"+g.Join(0)[0].Path+"\n  printf '%s\\n' \"${pids[@]}\" >\"$LAB/pids\"\n") +
		"sort -nu \"$LAB/pids\"\nsort -nu \"$LAB/pids\" | wc -l\n"
}
