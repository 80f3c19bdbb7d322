package bindmounts

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"link-count":         {Number: func(drawn []int) int { return drawn[0] }},
		"read-only-one-side": {Choice: "new"},
		"stacked": {Proof: func(*bench.Bench) string {
			return `mkdir m a b c
: >m/its-own
unshare --user --map-root-user --mount sh -c '
  for d in a b c; do mount --bind $d m; done
  n=0
  until [ -e m/its-own ]; do umount m; n=$((n + 1)); done
  echo $n'`
		}},
	})
}
