package tmpfs

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"whole-pages": {Number: func(drawn []int) int { return (drawn[0] + 3) / 4 * 4096 }},
		"busy":        {Choice: "It is refused: target is busy"},
		"twice": {Proof: func(*bench.Bench) string {
			return `mkdir m
unshare --user --map-root-user --mount sh -c '
  mount -t tmpfs tmpfs m
  : >m/a
  : >m/b
  mount -t tmpfs tmpfs m
  ls m | wc -l'`
		}},
	})
}
