package cgroupmemory

import (
	"fmt"
	"math/rand/v2"

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
			Key: "meminfo",
			Ask: "A group may have 80 MB of memory. A program in it reads the line MemTotal of /proc/meminfo. How many MB does it find there? (An answer within 10 % is right; free -m in another terminal tells what this machine has.)",
			Number: &lesson.Number{
				Within: 10, Unit: "MB",
				Traps: []lesson.Trap{{Is: 80, Why: "It is all that the program may have. But /proc/meminfo speaks of the machine, and no namespace divides that."}},
				Why:   "It is what the whole machine has, as free -m shows it as well.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.CgroupMemory}, Prepare: steps.Delegate,
				Shell: func(b *bench.Bench, _ []int) string {
					return grouped(b, "  grep MemTotal /proc/meminfo\n  awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo\n")
				},
			},
			Explain: "All of the machine's memory. A program that sizes its caches by it is killed in a group with a limit; memory.max (v1: memory.limit_in_bytes) is what it should read.",
		},
		{
			Key: "hog-status",
			Ask: "A group may have 80 MB of memory and no swap. In it, tail reads {1} MB of zeros from a pipe; it keeps the last line, which is all of it, as there is no line feed. With which status does it end?",
			Number: &lesson.Number{
				Unit: "the exit status",
				Why:  "It ends with 0 if all fits; else the kernel ends it with SIGKILL, 9, and the shell makes 128 + 9 of that.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.CgroupMemory}, Prepare: steps.Delegate,
				Draw: func(r *rand.Rand) []int {
					sizes := []int{20, 30, 40, 120, 140, 160}
					return []int{sizes[r.IntN(len(sizes))]}
				},
				Shell: func(b *bench.Bench, drawn []int) string {
					return "status=0\n" + grouped(b, fmt.Sprintf("  head -c %d /dev/zero | tail >/dev/null\n", drawn[0]*mb)) + "|| status=$?\necho $status\n"
				},
				Traps: hogTraps,
			},
			Explain: "What processes allocate and touch is charged to the group. Below the limit nothing happens; above it, where nothing can be given back, the kernel kills: 137.",
		},
		{
			Key: "whole-pages",
			Ask: "The machine has pages of 4096 bytes. You write 100000 to memory.max (v1: memory.limit_in_bytes) of a group. Which number do you read back?",
			Number: &lesson.Number{
				Is: 98304, Unit: "bytes",
				Traps: []lesson.Trap{
					{Is: 100000, Why: "The file takes the number, but the kernel counts pages, of which this is no whole number."},
					{Is: 102400, Why: "That is 25 pages, more than was allowed. The kernel rounds down."},
				},
				Why: "It is the largest whole number of pages that is not above 100000.",
			},
			Explain: "Memory is charged by the page, so a limit is kept in pages: 24 of them are 98304 bytes. A script that compares what it reads with what it wrote must know that.",
		},
	}
}

// hogTraps are the statuses that tempt.
func hogTraps(drawn []int) []lesson.Trap {
	traps := []lesson.Trap{
		{Is: 9, Why: "9 is the signal. The shell reports a death by signal as 128 more: 137."},
		{Is: 1, Why: "That is what a program ends with that was refused something. Memory is not refused to it when it asks: it is killed when it touches it."},
	}
	if drawn[0]*mb > int(most.Bytes) {
		return append(traps, lesson.Trap{Is: 0, Why: "It would, without the limit. There is no swap, and what it keeps can't be given back."})
	}
	return append(traps, lesson.Trap{Is: 137, Why: "137 is what the kernel does to those above the limit. This fits."})
}

// grouped writes the commands that make the limited group, and a subshell that
// runs in it. Where it can't go in, it does not run either.
func grouped(b *bench.Bench, inside string) string {
	g, err := group(b)
	if err != nil {
		return steps.Unable(err)
	}
	text := g.Create().Shell() + g.LimitMemory(most).Shell() + "(\n"
	for _, op := range (*cgroup.Group).Join(g, 0) {
		text += fmt.Sprintf("  echo \"$BASHPID\" >%s || exit 99\n", op.Path)
	}
	return text + inside + ") "
}
