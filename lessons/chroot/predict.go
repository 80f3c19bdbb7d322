package chroot

import (
	"fmt"
	"strings"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// smallRoot makes a root that holds a shell and nothing else. It is entered in
// a user namespace, which lends everybody the right to call chroot(2).
const smallRoot = `mkdir -p "$LAB/root"
cp --parents /bin/sh $(ldd /bin/sh | grep -o '/[^ )]*') "$LAB/root"
`

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key:    "climb",
			Ask:    "In a new root there are the directories /1/2/3/4/5. The shell inside stands {1} directories below / and runs cd .. {2} times. How many directories below / does it stand then?",
			Number: &lesson.Number{Unit: "directories", Why: "Each cd .. goes one directory up, and from the root nowhere: it stays at 0."},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw:  lesson.Between(1, 5, 2),
				Shell: climb,
			},
			Explain: "Below the root .. is the directory above, as anywhere. At the root it is the root itself, so that further steps change nothing.",
		},
		{
			Key: "signal",
			Ask: "A process of yours sleeps outside, with the number PID. A shell of yours has got a new root by chroot(2), and runs kill -0 PID, which only asks whether a signal would arrive. What does it say?",
			Choices: []lesson.Choice{
				{Text: "No such process", Shows: "No such process", Why: "So it would be in a new PID namespace. chroot(2) makes none: the numbers are the machine's."},
				{Text: "Operation not permitted", Shows: "not permitted", Why: "Who may signal whom is judged by user. Both are yours, and a root is not looked at."},
				{Text: "Nothing: the signal would arrive", Shows: "^it would arrive$"},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return smallRoot + `sleep 60 >/dev/null &
unshare --user --map-root-user chroot "$LAB/root" \
  /bin/sh -c "kill -0 $! && echo it would arrive" 2>&1 || true
kill $!`
				},
			},
			Explain: "A process is named by its number, not by a path, and the root decides only what paths mean. To hide processes takes a PID namespace.",
		},
		{
			Key: "namespaces-kept",
			Ask: "The links mnt, uts, ipc, net, pid and user in /proc/PID/ns name the namespaces of a process. It calls chroot(2). How many of these six name another namespace afterwards?",
			Number: &lesson.Number{
				Is: 0, Unit: "links",
				Traps: []lesson.Trap{
					{Is: 1, Why: "It sees other files, as in another mount namespace. But the mounts are the same; it looks them up from another directory."},
					{Is: 6, Why: "That is what unshare does in the next lesson. chroot(2) is older than all of them."},
				},
				Why: "chroot(2) changes one pointer of the process, its root.",
			},
			Explain: "None. chroot(2) makes no namespace: the process shares mounts, processes, network and all else with the machine.",
		},
	}
}

// climb goes up in the new root, and counts where that ends.
func climb(_ *bench.Bench, drawn []int) string {
	start := strings.Join([]string{"", "1", "2", "3", "4", "5"}[:drawn[0]+1], "/")
	return smallRoot + fmt.Sprintf(`mkdir -p "$LAB/root/1/2/3/4/5"
unshare --user --map-root-user chroot "$LAB/root" /bin/sh -c '
  cd %s && pwd -P
  for i in%s; do cd ..; pwd -P; done
' | tee "$LAB/path"
tail -n 1 "$LAB/path" | grep -o '[0-9]' | wc -l`, start, strings.Repeat(" x", drawn[1]))
}
