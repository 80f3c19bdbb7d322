package procmounts

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
			Key: "how-many-inside",
			Ask: "A shell in new PID and mount namespaces has mounted proc at /proc. It starts {1} programs in the background, which sleep, and then counts the directories in /proc that have a number for a name. How many are there?",
			Number: &lesson.Number{
				Unit: "directories",
				Why:  "There is one for each process of the PID namespace: the shell, which counts by itself, and what it has started. The machine's processes are not among them.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.ProcMount},
				Draw:  lesson.Between(1, 6, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`unshare --user --map-root-user --mount --pid --fork --mount-proc sh -c '
  for i in%s; do sleep 60 & done
  set -- /proc/[0-9]*
  echo "$@"
  echo $#'`, strings.Repeat(" x", drawn[0]))
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{{Is: drawn[0], Why: "The shell is a process too: it is number 1."}}
				},
			},
			Explain: "proc shows the PID namespace of whoever mounted it: the shell as 1, and its children. When the shell ends, the kernel ends them all.",
		},
		{
			Key: "self-in-an-old-proc",
			Ask: "A shell in new PID and mount namespaces has mounted nothing, so that /proc is still the machine's. It prints $$, and then the first word of /proc/self/stat, which is its PID. What does it print?",
			Choices: []lesson.Choice{
				{Text: "1, and 1", Shows: "^1 1$", Why: "So it is once it has mounted proc itself. This proc was mounted outside, and answers in numbers of outside."},
				{Text: "1, and a larger number", Shows: "^1 ([2-9]|[0-9][0-9]+)$"},
				{Text: "A larger number, twice", Shows: "^([2-9]|[0-9][0-9]+) ", Why: "$$ comes from getpid(2), which answers in the process's own PID namespace: 1."},
				{Text: "1, and an error, as /proc is another namespace's", Shows: "^1$", Why: "A mount may be read by everybody who has it in their table. It answers; in other numbers."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return `unshare --user --map-root-user --mount --pid --fork sh -c '
  read -r self rest </proc/self/stat
  echo "$$ $self"'`
				},
			},
			Explain: "A process has a number in its own PID namespace and in each above it. proc answers with that of the namespace in which it was mounted.",
		},
		{
			Key: "tmpfs-full",
			Ask: "A tmpfs was mounted with -o size=1m. You write 3 MiB of zeros to a file in it, until that fails: No space left on device. How many KiB does the file hold?",
			Number: &lesson.Number{
				Is: 1024, Unit: "KiB",
				Traps: []lesson.Trap{
					{Is: 3072, Why: "Zeros take no place in a hole. But they were written, so each page is there."},
					{Is: 0, Why: "write(2) writes what fits, and only then fails. What is written stays."},
				},
				Why: "size= limits what the files take in pages of memory, and all of it was free.",
			},
			Explain: "1 MiB is 1024 KiB. Without size=, a tmpfs may take half of the machine's memory, which is why Docker's --tmpfs has tmpfs-size.",
		},
	}
}
