package volumes

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
			Key: "shared-count",
			Ask: "A directory is bound into two mount namespaces. In the first, {1} files are made there; in the second, {2} of them are deleted. How many does the first then see?",
			Number: &lesson.Number{
				Unit: "files",
				Why:  "Both see the same directory, at once: what one deletes is gone for the other.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw: func(r *rand.Rand) []int {
					made := 5 + r.IntN(5)
					return []int{made, 1 + r.IntN(made-1)}
				},
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`mkdir volume a b
unshare --user --map-root-user --mount sh -c '
  mount --bind volume a
  i=0; while [ $((i += 1)) -le %d ]; do : >a/f$i; done
  unshare --mount sh -c "
    mount --bind volume b
    i=0; while [ \$((i += 1)) -le %d ]; do rm b/f\$i; done"
  ls a | wc -l'`, drawn[0], drawn[1])
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{{Is: drawn[0], Why: "That would be so if each had a copy. A mount namespace has mounts of its own, not files."}}
				},
			},
			Explain: "A volume that two containers have is one directory. Nobody keeps them from getting into each other's way.",
		},
		{
			Key: "deleted-beneath",
			Ask: "A volume is mounted in a container. Outside, its directory is deleted by rm -rf, behind the engine's back. What does the container get from echo x >/data/new?",
			Choices: []lesson.Choice{
				{Text: "No such file or directory", Shows: "No such file|nonexistent"},
				{Text: "It is written, and lies in the volume's directory, which is made again", Shows: "^written$", Why: "Nobody makes it again. The mount holds on to a directory that no longer has a name, and in such a one no file can be made."},
				{Text: "rm -rf fails outside, since the directory is busy", Shows: "busy", Why: "It does in the mount namespace in which something is mounted on it. Here it is the source of a mount, and of that the kernel asks nothing."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return `mkdir volume data
mkfifo go
LC_ALL=C unshare --user --map-root-user --mount sh -c '
  mount --bind volume data
  : >mounted
  read -r _ <go
  { echo x >data/new; } 2>answer && echo written >answer' &
until [ -e mounted ]; do sleep 0.1; done
rm -rf volume 2>answer || true
echo go >go
wait "$!" || true
cat answer`
				},
			},
			Explain: "A directory lives as long as a mount or a process has it, without a name. This is why the engine counts who has a volume.",
		},
		{
			Key: "beneath",
			Ask: "The image has three files in /data. A volume with two other files is mounted there. How many files does ls /data show?",
			Number: &lesson.Number{
				Is: 2, Unit: "files",
				Traps: []lesson.Trap{{Is: 5, Why: "A mount covers; it does not merge. An overlay would show five."}, {Is: 3, Why: "The image's files are there, but beneath."}},
				Why:   "Only what is mounted on top is seen.",
			},
			Explain: "The volume is not empty, so nothing is copied into it either.",
		},
	}
}
