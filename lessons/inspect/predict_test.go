package inspect

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"same-link":   {Number: func(drawn []int) int { return drawn[0] + 1 }},
		"same-kernel": {Choice: "The same as outside"},
		"ticks":       {Proof: func(*bench.Bench) string { return "echo $((500 / $(getconf CLK_TCK)))" }},
	})
}
