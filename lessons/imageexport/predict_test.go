package imageexport

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"links-in-a-tar": {Number: func([]int) int { return 1 }},
		"entries":        {Number: func(drawn []int) int { return drawn[0] + 2 }},
		"one-byte": {Proof: func(*bench.Bench) string {
			return `printf x >f; tar --create --format ustar --blocking-factor 1 f | wc -c`
		}},
	})
}
