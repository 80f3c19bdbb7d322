package imageexport

import (
	"fmt"
	"strings"

	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "links-in-a-tar",
			Ask: "A directory holds a file of 1 MiB, and {1} more hard links to it. You write the directory with tar -cf. How many MiB does the archive have, rounded?",
			Number: &lesson.Number{
				Unit: "MiB",
				Why:  "The content stands in the archive once, with the first name. Each further name is a header of 512 bytes.",
			},
			Try: &lesson.Try{
				Draw: lesson.Between(2, 7, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`mkdir d
head -c 1M /dev/urandom >d/a
for i in %s; do ln d/a d/b$i; done
tar -cf d.tar d
tar -tvf d.tar
echo $((($(stat -c %%s d.tar) + 524288) / 1048576))`, count(drawn[0]))
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: drawn[0] + 1, Why: "That would be one content for each name. tar sees by the inode that they are names of one file."},
						{Is: 0, Why: "It is no archive of links only: the first name carries the content."},
					}
				},
			},
			Explain: "tar remembers the inodes that it has written and have more than one name. The later names become headers of type link, which name the first one.",
		},
		{
			Key: "entries",
			Ask: "The directory d holds {1} files. Beside it, s is a symbolic link to d. You run tar -cf both.tar d s. How many entries does tar -tf both.tar list?",
			Number: &lesson.Number{
				Unit: "entries",
				Why:  "There is one entry for each name: the directory, each file in it, and the link.",
			},
			Try: &lesson.Try{
				Draw: lesson.Between(1, 7, 1),
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`mkdir d
for i in %s; do echo text >d/f$i; done
ln -s d s
tar -cf both.tar d s
tar -tvf both.tar
tar -tf both.tar | wc -l`, count(drawn[0]))
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: 2*drawn[0] + 2, Why: "That would be so if tar followed the link (option -h). A link is kept as a link."},
						{Is: drawn[0] + 1, Why: "The directory has an entry of its own, with its mode and owner."},
						{Is: drawn[0], Why: "The files are not all: the directory and the link have entries too."},
					}
				},
			},
			Explain: "An archive is a row of headers, one for each name, with content behind those of plain files. A symbolic link is a header that holds the text of the link.",
		},
		{
			Key: "one-byte",
			Ask: "A file holds one byte. How many bytes does tar --format ustar --blocking-factor 1 write for it, the end of the archive included?",
			Number: &lesson.Number{
				Is: 2048, Unit: "bytes",
				Traps: []lesson.Trap{
					{Is: 513, Why: "A header and a byte. But content is filled up to a whole block of 512."},
					{Is: 1024, Why: "That is the header and the content. An archive ends with two blocks of zeros."},
					{Is: 1536, Why: "There are two blocks of zeros at the end, not one."},
					{Is: 10240, Why: "That is what tar writes without --blocking-factor: it fills up to 20 blocks, once for the sake of tape drives."},
				},
				Why: "Everything in a tar is a multiple of 512 bytes: header, content, and two blocks of zeros at the end.",
			},
			Explain: "512 for the header, 512 for the content, and 1024 of zeros: 2048. Those last two blocks are how a reader tells a whole archive from one that was cut short.",
		},
	}
}

// count writes the numbers from 1 to n.
func count(n int) string {
	var words []string
	for i := range n {
		words = append(words, fmt.Sprint(i+1))
	}
	return strings.Join(words, " ")
}
