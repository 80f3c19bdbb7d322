package escape

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
			Key: "climbs",
			Ask: "perl stands {1} directories below / when it calls chroot on a directory beside its way, and stays where it is. Then it calls chdir \"..\" {2} times. How many directories below / does it stand?",
			Number: &lesson.Number{
				Unit: "directories",
				Why:  "Each call goes one up, and none is stopped by the process's root, since it does not lie on the way. At the top of the mount namespace further calls change nothing.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw:  lesson.Between(1, 5, 2),
				Shell: func(_ *bench.Bench, drawn []int) string {
					// pivot_root(8) moves perl along, whose root was the old one.
					return fmt.Sprintf(`mkdir -p tree/1/2/3/4/5 tree/beside tree/old
unshare --user --map-root-user --mount perl -e '
  system("mount --bind tree tree; cd tree; pivot_root . old") == 0 or die;
  chdir join "/", "", 1 .. %d;
  chroot "/beside" or die $!;
  chdir ".." for 1 .. %d;
  sub at { join " ", (stat shift)[0, 1] }
  $n = 0;
  until (at(".") eq at("..")) { chdir ".."; $n++ }
  print "$n\n"' 2>&1`, drawn[0], drawn[1])
				},
			},
			Explain: "The top is where a directory is its own parent.",
		},
		{
			Key: "without-power",
			Ask: "root calls setpriv --bounding-set -sys_chroot, which takes CAP_SYS_CHROOT out of reach for what it starts, and starts perl -e 'chroot \"/tmp\"'. What comes of it?",
			Choices: []lesson.Choice{
				{Text: "It is root, so it works", Shows: "^worked$", Why: "The kernel asks for a capability, not for the user's number. Root without it is refused like anybody."},
				{Text: "Operation not permitted", Shows: "not permitted"},
				{Text: "The process is killed", Shows: "[Kk]illed", Why: "A filter of system calls may do that. A lacking capability is an error, which a program can handle."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return `unshare --user --map-root-user \
  setpriv --bounding-set -sys_chroot \
  perl -e 'print chroot("/tmp") ? "worked\n" : "$!\n"' 2>&1`
				},
			},
			Explain: "Docker leaves it to its containers: package managers use chroot(2), and after pivot_root(2) it opens nothing.",
		},
		{
			Key: "how-many",
			Ask: "A process calls chroot on /a, then chroot on /b of that root, then chroot on /c of that. How many roots does it have?",
			Number: &lesson.Number{
				Is: 1, Unit: "roots",
				Traps: []lesson.Trap{
					{Is: 3, Why: "The kernel keeps no list. Each call replaces what was there."},
					{Is: 4, Why: "Not even the machine's is kept. It is a directory as others are, and the process has no pointer to it."},
				},
				Why: "There is one field for it: fs_struct has root and pwd.",
			},
			Explain: "One. That nothing is remembered is what the way out rests on.",
		},
	}
}
