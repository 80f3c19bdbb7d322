package layers

import (
	"fmt"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// within begins a script that is root of a user namespace, with mounts of its own.
const within = `unshare --user --map-root-user --mount sh -c '
`

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "merged-count",
			Ask: "The lower directory has {1} files, and the upper one {2} others. In the overlay, one file of the lower directory is deleted. How many does ls show?",
			Number: &lesson.Number{
				Unit: "files",
				Why:  "Those of both are shown, without the deleted one. The whiteout itself is never shown.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.Overlay},
				Draw:  lesson.Between(3, 9, 2),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`mkdir lower upper work all
i=0; while [ $((i += 1)) -le %d ]; do : >lower/l$i; done
i=0; while [ $((i += 1)) -le %d ]; do : >upper/u$i; done
`+within+`  mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr overlay all
  rm all/l1
  ls all | wc -l'
`, drawn[0], drawn[1])
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: drawn[0] + drawn[1], Why: "One was deleted. It is still in the lower directory, but the whiteout hides it."},
						{Is: drawn[1], Why: "Directories are merged, not covered."},
					}
				},
			},
			Explain: "Directories are merged name by name.",
		},
		{
			Key: "changed-below",
			Ask: "In an overlay the file f, of the lower directory, was changed with echo new >f. Now f is deleted in the upper directory, from outside, and the overlay is mounted anew. What does cat f print?",
			Choices: []lesson.Choice{
				{Text: "old: the lower one", Shows: "^old$"},
				{Text: "No such file or directory", Shows: "No such file", Why: "So it would be had f been deleted in the overlay: then a whiteout stands there. Here the copy was taken away, and nothing covers the lower one."},
				{Text: "new", Shows: "^new$", Why: "That was in the copy. The lower file was never written to."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.Overlay},
				Shell: func(*bench.Bench, []int) string {
					return `mkdir lower upper work all
echo old >lower/f
` + within + `  pile() { mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr overlay all; }
  pile
  echo new >all/f
  umount all
  rm upper/f
  pile
  cat all/f' 2>&1 || true
`
				},
			},
			Explain: "What is not in the upper directory is looked up below.",
		},
		{
			Key: "whiteouts",
			Ask: "The lower directory has the directory d with 5 files. In the overlay, rm -r d is run. How many whiteouts are in the upper directory?",
			Number: &lesson.Number{
				Is: 1, Unit: "whiteouts",
				Traps: []lesson.Trap{{Is: 5, Why: "For a moment there were. But with the directory they went, and one takes its place."}, {Is: 6, Why: "One for the directory is enough to hide what is in it."}, {Is: 0, Why: "Then d would be seen again, since the lower directory still has it."}},
				Why:   "One hides the name d, and with it all that is beneath.",
			},
			Explain: "In the archive of the layer it is the empty file .wh.d.",
		},
	}
}
