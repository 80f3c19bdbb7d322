package exec

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"next-pid":      {Number: func(drawn []int) int { return drawn[0] + 2 }},
		"parent-inside": {Choice: "0"},
		"end-of-first": {Proof: func(*bench.Bench) string {
			return `unshare --user --map-root-user --pid --fork sleep 600 &
outer=$!
until p=$(pgrep -x -P $outer sleep); do sleep 0.1; done
ns=$(readlink "/proc/$p/ns/pid")
for i in x x x; do nsenter --target "$p" --user --pid --preserve-credentials sleep 600 & done
count() {
  n=0
  for d in /proc/[0-9]*; do
    if [ "$(readlink "$d/ns/pid")" = "$ns" ]; then n=$((n + 1)); fi
  done
  echo $n
}
until [ "$(count)" = 4 ]; do sleep 0.1; done
kill -KILL "$p"
wait || true
count`
		}},
	})
}
