package unshare

import (
	"fmt"
	"strings"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "nth-pid",
			Ask: "A shell is started in a new PID namespace, with --fork. It runs {1} programs, one after another; each ends before the next begins, and prints its own PID. What does the last one print?",
			Number: &lesson.Number{
				Unit:  "its PID",
				Traps: []lesson.Trap{{Is: 1, Why: "1 is the shell itself, the first process that was born into the namespace."}},
				Why:   "Numbers are given in turn, beginning with the shell's, and none is given again while there are higher ones. A large number is what the machine's own namespace calls it.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw:  lesson.Between(2, 7, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`unshare --user --map-root-user --pid --fork sh -c '
  echo "the shell: $$"
  for i in%s; do sh -c "echo \$\$"; done'`, strings.Repeat(" x", drawn[0]))
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{{Is: drawn[0], Why: "The shell is a process too, and has number 1. Its first child gets 2."}}
				},
			},
			Explain: "A new PID namespace counts from 1, which is the shell. The kernel goes on counting upwards, also when the programs before have ended.",
		},
		{
			Key: "mounts-at-first",
			Ask: "A process has just been born into a new mount namespace; nothing was mounted yet. How many mounts does its /proc/self/mountinfo list?",
			Choices: []lesson.Choice{
				{Text: "None: a namespace begins empty", Shows: "^none$", Why: "A network namespace nearly does. Without a mount at /, the process could not open a single file."},
				{Text: "One: the root file system", Shows: "^one$", Why: "It would be enough to run. But the kernel copies the whole table, so that at first nothing is missed."},
				{Text: "As many as the machine's own table", Shows: "^as many$"},
				{Text: "Fewer: only those that belong to its user", Shows: "^fewer$", Why: "Mounts belong to a mount namespace, not to a user. In a user namespace they are locked together, not left out."},
			},
			Try:     &lesson.Try{Needs: []doctor.Need{doctor.UserNamespaces}, Shell: func(*bench.Bench, []int) string { return mountsShell }},
			Explain: "The new namespace gets a copy of every mount. From then on the two tables change apart, as far as propagation lets them: what you do not want inside must be taken down, or the root changed.",
		},
		{
			Key: "unmapped-owner",
			Ask: "An ordinary user, 1000, runs unshare --user --map-root-user sh, so that uid_map reads: 0 1000 1. /etc/passwd belongs to user 0 outside. Which number does stat -c %u /etc/passwd print inside?",
			Number: &lesson.Number{
				Is: 65534, Unit: "the owner",
				Traps: []lesson.Trap{
					{Is: 0, Why: "0 inside is user 1000 outside. If it showed 0, the shell would seem to own what it may not change."},
					{Is: 1000, Why: "1000 outside is 0 inside. The file belongs to 0 outside, whom the map doesn't hold."},
				},
				Why: "The map holds one user outside, 1000. For everybody else there is one number that stands for nobody.",
			},
			Explain: "An owner that the map doesn't hold is shown as the overflow user, 65534 unless /proc/sys/kernel/overflowuid says otherwise. Most systems call it nobody.",
		},
	}
}

// mountsShell counts again where a mount came or went meanwhile.
const mountsShell = `for i in 1 2 3 4 5 6 7 8 9; do
  outside=$(wc -l </proc/self/mountinfo)
  inside=$(unshare --user --map-root-user --mount sh -c 'wc -l </proc/self/mountinfo')
  if [ "$outside" = "$(wc -l </proc/self/mountinfo)" ]; then break; fi
done
echo "outside: $outside, inside: $inside"
if [ "$inside" = "$outside" ]; then echo 'as many'
elif [ "$inside" = 0 ]; then echo none
elif [ "$inside" = 1 ]; then echo one
elif [ "$inside" -lt "$outside" ]; then echo fewer
fi`
