package registry

import (
	"fmt"
	"math/rand/v2"

	"byhand/internal/lesson"
	"byhand/lab/bench"
)

// predictions returns the questions that are tried out, and one for a number.
func predictions() []lesson.Question {
	return []lesson.Question{
		{
			Key: "stored-once",
			Ask: "A store names each file by the SHA-256 of what it holds. {1} files are put into it, of which {2} have the same content, and all others another each. How many files does it then hold?",
			Number: &lesson.Number{
				Unit: "files",
				Why:  "The same content has the same digest, and so the same name: it is there once.",
			},
			Try: &lesson.Try{
				Draw: func(r *rand.Rand) []int {
					all := 6 + r.IntN(6)
					return []int{all, 2 + r.IntN(all-3)}
				},
				Shell: func(_ *bench.Bench, drawn []int) string {
					return fmt.Sprintf(`mkdir store
for i in $(seq %d); do
  if [ "$i" -le %d ]; then echo the same >file; else echo "$i" >file; fi
  cp file "store/$(sha256sum <file | cut -d' ' -f1)"
done
find store -type f | wc -l`, drawn[0], drawn[1])
				},
				Traps: func(drawn []int) []lesson.Trap {
					return []lesson.Trap{
						{Is: drawn[0], Why: "So it would be if each had a name of its own. Here the content is the name."},
						{Is: drawn[0] - drawn[1], Why: "Those are the others. The one content that several share is there, too, once."},
					}
				},
			},
			Explain: "That is why ten images on the same base take little more room than one.",
		},
		{
			Key: "same-tar",
			Ask: "The same directory is packed twice, by tar -c. In between, touch gives one of its files another time; its content stays. Are the digests of the two archives the same?",
			Choices: []lesson.Choice{
				{Text: "Yes: the content is the same", Shows: "^same$", Why: "A layer is an archive, and an archive has the files' times, owners and modes in it."},
				{Text: "No", Shows: "^different$"},
				{Text: "tar refuses the second time", Shows: "^refused$", Why: "tar has no memory of what it packed before."},
			},
			Try: &lesson.Try{
				Shell: func(*bench.Bench, []int) string {
					return `mkdir dir
echo text >dir/file
touch -d '2001-02-03 04:05:06' dir/file
first=$(tar -c dir | sha256sum)
touch -d '2002-02-03 04:05:06' dir/file
second=$(tar -c dir | sha256sum) || { echo refused; exit; }
if [ "$first" = "$second" ]; then echo same; else echo different; fi`
				},
			},
			Explain: "So the same Dockerfile, built twice without a cache, makes two images. Whoever wants one fixes the times: SOURCE_DATE_EPOCH.",
		},
		{
			Key: "digest-length",
			Ask: "How many characters are there in a digest, behind sha256:?",
			Number: &lesson.Number{
				Is: 64, Unit: "characters",
				Traps: []lesson.Trap{{Is: 256, Why: "Those are the bits. A hexadecimal digit stands for four of them."}, {Is: 32, Why: "Those are the bytes. Each is written as two digits."}, {Is: 12, Why: "That is what docker images shows of it."}},
				Why:   "SHA-256 has 256 bits, and each hexadecimal digit stands for four of them.",
			},
			Explain: "Short ones, of twelve, are for people. In a manifest all 64 stand.",
		},
	}
}
