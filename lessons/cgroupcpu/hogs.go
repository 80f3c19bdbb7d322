package cgroupcpu

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"byhand/internal/diagnose"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lab/sandbox"
	"byhand/lab/workload"
	"byhand/lessons/internal/steps"
)

// free is the suffix of the group without a quota.
const free = "-free"

// hogCount is how many hogs want at least twice the quota: one up to 9 CPUs.
func hogCount() int { return 1 + runtime.NumCPU()/10 }

// inside is what the sandbox's shell is told.
func inside() string {
	if hogCount() == 1 {
		return "yes >/dev/null &"
	}
	return fmt.Sprintf("for i in $(seq %d); do yes >/dev/null & done", hogCount())
}

func hogsShell(b *bench.Bench) string {
	g, err := steps.Written(b, free, limits, counts)
	if err != nil {
		return steps.Unable(err)
	}
	text := "echo '" + inside() + "' >\"$LAB/in\"\n" + g.Create().Shell()
	for range hogCount() {
		text += spawn(g, "yes")
	}
	return text
}

// spawn writes the shell's way to start a program in a group: it moves itself
// there and becomes the program.
func spawn(g *cgroup.Group, command string) string {
	return "(\n" + g.JoinShell(`  echo "$BASHPID"`) + "  exec " + command + " >/dev/null 2>&1\n) &\n"
}

// hogs starts them in the sandbox, and in a group beside the sandbox's.
func hogs(ctx context.Context, b *bench.Bench) error {
	if err := sandbox.Say(b, inside()); err != nil {
		return err
	}
	g, err := steps.Group(b, free, limits, counts)
	if err != nil {
		return err
	}
	if err := g.Make(b.Trace); err != nil {
		return err
	}
	for range hogCount() {
		if err := workload.Start(ctx, b, workload.Program{Group: g, CPU: workload.AnyCPU, Argv: []string{yes()}}); err != nil {
			return err
		}
	}
	return nil
}

// yes is the path of the machine's yes(1).
func yes() string {
	for _, dir := range []string{"/usr/bin", "/bin"} {
		if path := filepath.Join(dir, "yes"); executable(path) {
			return path
		}
	}
	return "yes"
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&0o111 != 0
}

func hogsRun(ctx context.Context, b *bench.Bench) ([]lesson.Check, error) {
	groups, refused, err := both(b)
	if err != nil || refused != nil {
		return refused, err
	}
	var checks []lesson.Check
	for _, g := range groups {
		set, err := g.CPULimit()
		if err != nil {
			return nil, err
		}
		checks = append(checks, lesson.Equal("the quota of "+g.Name, bandwidth(noQuota), bandwidth(set), "it is limited already"))
	}
	used, err := measure(ctx, b, "the sandbox", 300*time.Millisecond, groups...)
	if err != nil {
		return nil, err
	}
	return append(checks,
		unlimited("the hog inside", used[0]),
		unlimited("the hog outside", used[1]),
	), nil
}

// unlimited judges that a hog gets more than the quota would let it. On a busy
// machine it need not get all that it wants.
func unlimited(who string, percent float64) lesson.Check {
	least := 1.2 * quotaPercent()
	return lesson.Check{
		Name: who + ", of one CPU", Want: fmt.Sprintf("above %.0f %%, more than the quota lets it have", least), Got: fmt.Sprintf("%.1f %%", percent),
		OK: percent > least, Hint: "it does not run, or not in its group",
	}
}

// empty says how a process gets into a group that has none.
func empty(b *bench.Bench, g *cgroup.Group, suffix string) string {
	if pid, err := sandbox.PID(b); err == nil && suffix == "" {
		return diagnose.Alone(g, pid)
	}
	return "the hog for comparison is started there, outside of the sandbox: sh -c 'echo $$ >" + filepath.Join(g.Dirs[0].Path, "cgroup.procs") + "; exec yes >/dev/null' &"
}

// both returns the sandbox's group and the one without a quota, or the check
// that says which one is missing.
func both(b *bench.Bench) ([]*cgroup.Group, []lesson.Check, error) {
	var groups []*cgroup.Group
	for _, suffix := range []string{"", free} {
		g, err := steps.Group(b, suffix, limits, counts)
		if err != nil {
			return nil, nil, err
		}
		if pids, err := g.Processes(); err != nil || len(pids) == 0 {
			return nil, []lesson.Check{lesson.Equal("processes in cgroup "+g.Name, "some", "none", "nothing was started in it, or moved to it: "+empty(b, g, suffix))}, err
		}
		groups = append(groups, g)
	}
	return groups, nil, nil
}
