package run

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"status-of-exit": {Number: func(drawn []int) int { return drawn[0] % 256 }},
		"term-for-first": {Choice: "It lives on, and notices nothing"},
		"status-of-signal": {Proof: func(*bench.Bench) string {
			return `unshare --user --map-root-user --pid bash -c 'sleep 600 & wait $!' &
outer=$!
until p=$(pgrep -x -P $outer sleep); do sleep 0.1; done
kill -KILL "$p"
status=0
wait $outer || status=$?
echo $status`
		}},
	})
}
