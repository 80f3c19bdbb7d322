package registry

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"stored-once":   {Number: func(drawn []int) int { return drawn[0] - drawn[1] + 1 }},
		"same-tar":      {Choice: "No"},
		"digest-length": {Proof: func(*bench.Bench) string { return `printf %s "$(sha256sum </dev/null | cut -d' ' -f1)" | wc -c` }},
	})
}
