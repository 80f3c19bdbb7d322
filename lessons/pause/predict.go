package pause

import (
	"fmt"
	"strings"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
	"byhand/lab/cgroup"
	"byhand/lessons/internal/steps"
)

// begun waits, for some programs, until they are at what they are there for.
var begun = map[string]string{"sleep": "until grep -q '^State:.S' \"/proc/$p/status\"; do sleep 0.1; done\n"}

// frozenWhile writes a program that runs in the group, commands while it is
// frozen, and some for after.
func frozenWhile(b *bench.Bench, program, meanwhile, after string) string {
	name, _, _ := strings.Cut(program, " ")
	g, err := group(b)
	if err != nil {
		return steps.Unable(err)
	}
	join := ""
	for _, op := range g.Join(0) {
		join += fmt.Sprintf("  echo \"$BASHPID\" >%s\n", op.Path)
	}
	return g.Create().Shell() + "(\n" + join + "  exec " + program + "\n) &\np=$!\n" +
		"until grep -q " + g.Name + " \"/proc/$p/cgroup\" && grep -q '^" + name + "$' \"/proc/$p/comm\"; do sleep 0.1; done\n" +
		// A sleep that has not begun to sleep would do so after the thaw.
		begun[name] +
		g.Freeze().Shell() + standstill(g) + meanwhile + g.Thaw().Shell() + after
}

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	needs := []doctor.Need{doctor.CgroupFreezer}
	prepare := steps.DelegateFor(cgroup.Freezer)
	return []lesson.Question{
		{
			Key: "sleep-frozen",
			Ask: "sleep 3 runs in a group. It is frozen at once, for {1} seconds, and then thawed. When does sleep end?",
			Choices: []lesson.Choice{
				{Text: "About 3 seconds after the thaw: time stood still for it", Shows: "^later$", Why: "Its own instructions stood still. The clock did not, and the kernel had noted when to wake it."},
				{Text: "At once, when it is thawed: the time was over meanwhile", Shows: "^at once$"},
				{Text: "After 3 seconds, still frozen: sleeping is not running", Shows: "^before$", Why: "To end is the next thing that it does, and it does nothing while it is frozen."},
			},
			Try: &lesson.Try{
				Needs: needs, Prepare: prepare,
				Draw: lesson.Between(4, 6, 1),
				Shell: func(b *bench.Bench, drawn []int) string {
					return frozenWhile(b, "sleep 3",
						fmt.Sprintf("sleep %d\nwhen=later\nif ! kill -0 \"$p\"; then when=before; fi\n", drawn[0]),
						"for i in {1..15}; do\n  if ! kill -0 \"$p\" 2>/dev/null; then break; fi\n  sleep 0.1\ndone\nif [ $when != before ] && ! kill -0 \"$p\" 2>/dev/null; then when='at once'; fi\nwait \"$p\" || true\necho \"$when\"\n")
				},
			},
			Explain: "The freezer stops processes, not clocks. What was to happen meanwhile happens late and all at once: timers, timeouts of connections, leases that have run out.",
		},
		{
			Key: "state-letter",
			Ask: "A program that only computes is frozen by its group. Which letter does the line State in /proc/PID/status show?",
			Choices: []lesson.Choice{
				{Text: "R: it wants nothing but to run", Shows: "^R", Why: "It would be so if it merely got no CPU time, as with a quota. A frozen process is not in any queue for a CPU."},
				{Text: "T: stopped", Shows: "^[Tt]", Why: "That is what SIGSTOP makes of it, or a debugger. The freezer sends no signal that a parent could see."},
				{Text: "S or D: asleep", Shows: "^[SD]"},
			},
			Try: &lesson.Try{
				Needs: needs, Prepare: prepare,
				Shell: func(b *bench.Bench, _ []int) string {
					return frozenWhile(b, "bash -c 'while :; do :; done'",
						"state=$(sed -n 's/^State:[[:space:]]*//p' \"/proc/$p/status\")\n",
						"kill -KILL \"$p\"\nwait \"$p\" || true\necho \"$state\"\n")
				},
			},
			Explain: "It is put to sleep inside the kernel: S on cgroup v2, D on v1. So ps does not tell a frozen process from one that waits; freezer.state and cgroup.events do.",
		},
		{
			Key: "mask",
			Ask: "Of a process, /proc/PID/status says ShdPnd: 0000000000000200. Which number has the signal that waits for it?",
			Number: &lesson.Number{
				Is: 10, Unit: "the signal's number",
				Traps: []lesson.Trap{
					{Is: 9, Why: "It would be the ninth bit counted from 0. But there is no signal 0 to be sent, so the lowest bit stands for signal 1."},
					{Is: 200, Why: "It is a mask in hexadecimal: a bit for each signal."},
					{Is: 512, Why: "It is the mask's value. Each bit of it stands for a signal."},
				},
				Why: "The lowest bit is signal 1; hexadecimal 200 is the tenth bit.",
			},
			Explain: "Signal n is bit n-1. SIGKILL, 9, shows as 100; 200 is SIGUSR1, 10. ShdPnd waits for the process, SigPnd for one thread of it.",
		},
	}
}
