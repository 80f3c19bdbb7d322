package attach

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"size-outside":       {Number: func(drawn []int) int { return drawn[1] }},
		"interrupted-status": {Number: func(drawn []int) int { return drawn[0] }},
		"pipe-or-terminal":   {Choice: "It sleeps on"},
		// Of all bytes, it is the one that ends a program on a terminal: stty knows.
		"ctrl-c-byte": {Proof: func(*bench.Bench) string {
			return `SHELL=/bin/sh script -qc 'stty -a' shown </dev/null >/dev/null
letter=$(sed -n 's/.*intr = ^\(.\);.*/\1/p' shown)
echo $(($(printf '%d' "'$letter") & 31))`
		}},
	})
}
