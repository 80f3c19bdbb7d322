package inspect

import (
	"fmt"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "same-link",
			Ask: "unshare --user --map-root-user --pid --fork starts a shell, which starts {1} programs that sleep. How many processes of the machine have the same link /proc/PID/ns/pid as the shell?",
			Number: &lesson.Number{
				Unit: "processes",
				Why:  "It is the shell and what it started. unshare itself stays outside: only its child is born in the new namespace.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw:  lesson.Between(2, 6, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`unshare --user --map-root-user --pid --fork sh -c '
  i=0; while [ $((i += 1)) -le %d ]; do sleep 600 & done
  wait' &
outer=$!
until p=$(pgrep -P $outer) && [ "$(pgrep -c -x -P "$p" sleep)" = %[1]d ]; do sleep 0.1; done
ns=$(readlink "/proc/$p/ns/pid")
n=0
for d in /proc/[0-9]*; do
  if [ "$(readlink "$d/ns/pid" 2>/dev/null || true)" = "$ns" ]; then n=$((n + 1)); fi
done
kill -KILL "$p"
wait "$outer" || true
echo "$n"
`, drawn[0])
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: drawn[0], Why: "The shell is in its own namespace, too: as PID 1."},
						{Is: drawn[0] + 2, Why: "unshare is the parent, and stays in the old namespace."},
					}
				},
			},
			Explain: "The link is what docker top could go by. Docker reads cgroup.procs, which comes to the same as long as nobody was moved.",
		},
		{
			Key: "same-kernel",
			Ask: "uname -r is run in a process with six new namespaces. What does it print?",
			Choices: []lesson.Choice{
				{Text: "The same as outside", Shows: "^same$"},
				{Text: "The version of the image that the root came from", Shows: "^other$", Why: "/etc/os-release is of the image. A kernel is in no image: there is one on the machine."},
				{Text: "Nothing, as the UTS namespace is new", Shows: "^nothing$", Why: "A new UTS namespace starts as a copy, and holds names that one may set. The release is not one of them."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return `inside=$(unshare --user --map-root-user --mount --uts --ipc --net --pid --fork uname -r)
case $inside in
"$(uname -r)") echo same ;;
'') echo nothing ;;
*) echo other ;;
esac
`
				},
			},
			Explain: "All containers of a machine share its kernel. On a Mac, docker info shows that of the virtual machine.",
		},
		{
			Key: "ticks",
			Ask: "The 22nd field of /proc/PID/stat says when a process started: 500. getconf CLK_TCK prints 100. How many seconds after the boot was that?",
			Number: &lesson.Number{
				Is: 5, Unit: "seconds",
				Traps: []lesson.Trap{{Is: 500, Why: "It is in clock ticks, of which there are 100 a second."}, {Is: 50000, Why: "Ticks are parts of a second: divide by their number."}},
				Why:   "It is 500 ticks, at 100 a second.",
			},
			Explain: "Number and start together name a process for good: the number alone is given again to others.",
		},
	}
}
