package run

import (
	"fmt"
	"math/rand/v2"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "status-of-signal",
			Ask: "The first process of a container is killed with SIGKILL. Its parent is a shell, which waits for it. Which number does the shell find in $?",
			Number: &lesson.Number{
				Is: 137, Unit: "the exit status",
				Traps: []lesson.Trap{{Is: 9, Why: "That is the signal. A shell adds 128, to tell it from what a program returns."}, {Is: 1, Why: "A program may return 1. This one returned nothing: it was ended."}},
				Why:   "It is 128 and the signal's number, 9.",
			},
			Explain: "137 in docker ps --all means SIGKILL: by docker kill, by docker stop after ten seconds, or by the kernel, out of memory.",
		},
		{
			Key: "status-of-exit",
			Ask: "The first process of a pid namespace ends with exit {1}. unshare --fork waited for it. What is the exit status of unshare?",
			Number: &lesson.Number{
				Unit: "the exit status",
				Why:  "An exit status has eight bits: it is the number modulo 256.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw: func(r *rand.Rand) []int {
					numbers := []int{3, 42, 256, 257, 300, 511}
					return []int{numbers[r.IntN(len(numbers))]}
				},
				// bash, since what exit does with such a number is each shell's own.
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf("status=0\nunshare --user --map-root-user --pid --fork bash -c 'exit %d' || status=$?\necho $status\n", drawn[0])
				},
			},
			Explain: "The kernel keeps eight bits of what a process gives to exit(2). So no container ends with 256.",
		},
		{
			Key: "term-for-first",
			Ask: "A shell without a trap is PID 1 of a pid namespace. From outside it is sent SIGTERM by whoever made it. What becomes of it?",
			Choices: []lesson.Choice{
				{Text: "It ends, as any process would", Shows: "^ended$", Why: "Any other would. PID 1 of a pid namespace is spared signals that it does not handle, but for SIGKILL and SIGSTOP from outside."},
				{Text: "It lives on, and notices nothing", Shows: "^lives$"},
				{Text: "It stops, until SIGCONT comes", Shows: "^stopped$", Why: "That would be SIGSTOP, which does work from outside."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return `unshare --user --map-root-user --pid --fork sh -c 'while :; do sleep 0.1; done' &
outer=$!
until p=$(pgrep -P $outer) && [ "$(cat "/proc/$p/comm")" = sh ]; do sleep 0.1; done
kill -TERM "$p"
sleep 0.5
state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$p/status" 2>/dev/null || true)
kill -KILL "$p" 2>/dev/null || true
wait $outer || true
case $state in
'' | Z*) echo ended ;;
T*) echo stopped ;;
*) echo lives ;;
esac
`
				},
			},
			Explain: "A namespace's PID 1 must not end by accident, as all others would with it. So docker stop needs ten seconds and SIGKILL for such a program.",
		},
	}
}
