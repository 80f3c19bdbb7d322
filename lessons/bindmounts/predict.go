package bindmounts

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
			Key: "link-count",
			Ask: "In the directory src a file has {1} names, hard links all of them. src is bound to dst. What does stat -c %h dst/f, the count of links, print?",
			Number: &lesson.Number{
				Unit: "links",
				Why:  "The count is kept in the inode, and a mount does not change that.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw:  lesson.Between(2, 7, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`mkdir src dst
echo text >src/f
for i in%s; do ln src/f "src/g$((n = ${n:-0} + 1))"; done
unshare --user --map-root-user --mount sh -c '
  mount --bind src dst
  stat -c "%%n: inode %%i, %%h links" src/f dst/f
  stat -c %%h dst/f'`, strings.Repeat(" x", drawn[0]-1))
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: 2 * drawn[0], Why: "Each name can be reached by two paths now. But a path through a mount is no entry in a directory."},
						{Is: 1, Why: "dst/f is not a new file with one name. It is the same inode."},
					}
				},
			},
			Explain: "A bind mount shows the same directory at a second place: the same inodes, with the same counts. Nothing was written to the file system.",
		},
		{
			Key: "read-only-one-side",
			Ask: "src is bound to dst, and dst is made read-only with mount -o remount,bind,ro. The file src/f holds the word old. Now you run echo new >src/f, and then cat dst/f. What do you see?",
			Choices: []lesson.Choice{
				{Text: "Read-only file system", Shows: "Read-only file system", Why: "So it would say for echo new >dst/f. Without the word bind it would say so here too: then the file system changes, not the mount."},
				{Text: "old: dst is frozen as it was", Shows: "^old$", Why: "A bind mount is no copy. Read-only forbids writing through dst; it does not keep what others write from being seen."},
				{Text: "new", Shows: "^new$"},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return `mkdir src dst
echo old >src/f
unshare --user --map-root-user --mount sh -c '
  mount --bind src dst
  mount -o remount,bind,ro dst
  grep "$(pwd -P)/dst " /proc/self/mountinfo
  echo new >src/f && cat dst/f' 2>&1 || true`
				},
			},
			Explain: "Read-only is a property of the mount at dst. The mount at src can be written through, and both show one file.",
		},
		{
			Key: "stacked",
			Ask: "m is a plain directory that holds a file. You bind a, b and c to it, one after another. How many times must you run umount m until ls m shows that file again?",
			Number: &lesson.Number{
				Is: 3, Unit: "times",
				Traps: []lesson.Trap{
					{Is: 1, Why: "umount takes down the mount on top, and b appears."},
					{Is: 2, Why: "The third mount would be the only one if each replaced the one before. They cover each other."},
				},
				Why: "Each mount lies on top of what m showed before; each umount takes one off.",
			},
			Explain: "Mounts at one place are stacked: mountinfo lists all three. A second mount by mistake is easily overlooked, since it looks the same as one.",
		},
	}
}
