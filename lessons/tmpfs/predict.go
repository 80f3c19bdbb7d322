package tmpfs

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
			Key: "whole-pages",
			Ask: "A tmpfs is mounted with size={1}k, on a machine whose pages have 4096 bytes. One file is written until the kernel refuses more. How many bytes does it hold?",
			Number: &lesson.Number{
				Unit: "bytes",
				Why:  "The size is kept in pages, and rounded up to whole ones. One k is 1024 bytes.",
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Draw:  lesson.Between(5, 39, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`mkdir m
unshare --user --map-root-user --mount sh -c '
  mount -t tmpfs -o size=%dk tmpfs m
  yes | head -c 1000000 >m/f || true
  df m
  stat -c %%s m/f' 2>&1`, drawn[0])
				},
				Traps: func(drawn []int) []lesson.Trap {
					if drawn[0]%4 == 0 {
						return nil
					}
					return []lesson.Trap{{Is: drawn[0] * 1024, Why: "That is not a whole number of pages: the kernel rounds up."}}
				},
			},
			Explain: "A tmpfs counts pages. An empty file takes none, and one of a single byte takes one.",
		},
		{
			Key: "busy",
			Ask: "A program has a file on a tmpfs open. umount is called on the tmpfs. What happens?",
			Choices: []lesson.Choice{
				{Text: "It is refused: target is busy", Shows: "busy"},
				{Text: "It is unmounted, and the program's next read(2) fails", Shows: "unmounted", Why: "That is what pulling out a disk does. The kernel does not take a file system away from those who use it."},
				{Text: "umount waits until the file is closed", Shows: "^$", Why: "umount(2) does not wait. With MNT_DETACH (umount -l) it takes the mount out of sight at once, and lets go of the file system when the last file is closed."},
			},
			Try: &lesson.Try{
				Needs: []doctor.Need{doctor.UserNamespaces},
				Shell: func(*bench.Bench, []int) string {
					return `mkdir m
unshare --user --map-root-user --mount sh -c '
  mount -t tmpfs tmpfs m
  echo text >m/f
  exec 3<m/f
  LC_ALL=C umount m 2>&1 && echo unmounted' || true`
				},
			},
			Explain: "An open file, a working directory or a mapped program keeps the file system: EBUSY.",
		},
		{
			Key: "twice",
			Ask: "A tmpfs is mounted at m and two files are written there. Then another tmpfs is mounted at m. How many files does ls m show?",
			Number: &lesson.Number{
				Is: 0, Unit: "files",
				Traps: []lesson.Trap{{Is: 2, Why: "Each mount(2) of type tmpfs makes a new one, even at the same place. The files are there, beneath it."}},
				Why:   "The second mount covers the first, and is empty.",
			},
			Explain: "Nothing is lost: after one umount m the two files are there again. For as long they take memory that nobody can reach.",
		},
	}
}
