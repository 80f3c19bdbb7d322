package exec

import (
	"fmt"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// started is a shell that starts sleepers in a new pid namespace, of which the
// variable p holds the number outside.
func started(sleepers int) string {
	return fmt.Sprintf(`unshare --user --map-root-user --pid --fork sh -c '
  i=0; while [ $((i += 1)) -le %d ]; do sleep 600 & done
  wait' &
outer=$!
until p=$(pgrep -P $outer) && [ "$(pgrep -c -x -P "$p" sleep)" = %[1]d ]; do sleep 0.1; done
enter="nsenter --target $p --user --pid --preserve-credentials"
`, sleepers)
}

const ended = `kill -KILL "$p"
wait "$outer" || true
`

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "next-pid",
			Ask: "A shell is PID 1 of a new pid namespace, and has started {1} programs that sleep. From outside, nsenter --user --pid starts sh -c 'echo $$' in it, the first to come in. What is printed?",
			Number: &lesson.Number{
				Unit:  "its PID",
				Traps: []lesson.Trap{{Is: 1, Why: "1 is taken: by the shell that the namespace began with."}, {Is: 0, Why: "0 is how those inside see its parent, who has no number there."}},
				Why:   "Who comes in gets the next number that is free inside, like a process born there.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw:  lesson.Between(1, 6, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return started(drawn[0]) + `n=$($enter sh -c 'echo $$')
` + ended + `echo "$n"
`
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{{Is: drawn[0] + 1, Why: "That is the number of the last one that sleeps: the shell is 1, and they come after it."}}
				},
			},
			Explain: "setns(2) does not renumber anybody. nsenter forks, and the child is born into the namespace with the next number.",
		},
		{
			Key: "parent-inside",
			Ask: "nsenter --user --pid starts sh -c 'echo $PPID' in a pid namespace that exists. nsenter waits outside for its end. What is printed?",
			Choices: []lesson.Choice{
				{Text: "0", Shows: "^0$"},
				{Text: "1", Shows: "^1$", Why: "PID 1 becomes the parent of processes whose parent inside has ended. This one's parent lives, outside."},
				{Text: "The number of nsenter, as outside", Shows: "^([2-9]|[0-9]{2,})$", Why: "Numbers of an outer namespace mean nothing inside, and are not shown there."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return started(1) + `n=$($enter sh -c 'echo $PPID')
` + ended + `echo "$n"
`
				},
			},
			Explain: "Its parent has no number in this namespace, and the kernel says 0. So a process with parent 0 that is not PID 1 came by setns(2): what docker exec started.",
		},
		{
			Key: "end-of-first",
			Ask: "In a container run its first process and three that were brought in by nsenter --user --pid. The first one is killed. How many of the four are left?",
			Number: &lesson.Number{
				Is: 0, Unit: "processes",
				Traps: []lesson.Trap{{Is: 3, Why: "Their parents are outside. But the kernel kills all that are in the pid namespace, whoever started them."}},
				Why:   "When PID 1 ends, its pid namespace does, with everybody in it.",
			},
			Explain: "It is why docker exec needs a container that runs, and why what it started ends with the container.",
		},
	}
}
