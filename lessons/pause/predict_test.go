package pause

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"sleep-frozen": {Choice: "At once, when it is thawed: the time was over meanwhile", Root: true},
		"state-letter": {Choice: "S or D: asleep", Root: true},
		"mask": {Proof: func(*bench.Bench) string {
			return `env --block-signal=USR1 sleep 600 &
p=$!
until grep -q '^SigBlk:.*200$' "/proc/$p/status"; do sleep 0.1; done
for signal in {1..20}; do
  if [ "$signal" = 9 ] || [ "$signal" = 19 ]; then continue; fi
  env --block-signal="$signal" sleep 600 &
  q=$!
  until [ "$(cat "/proc/$q/comm")" = sleep ]; do sleep 0.1; done
  kill "-$signal" "$q"
  if grep -q '^ShdPnd:.*0200$' "/proc/$q/status"; then found=$signal; fi
  kill -KILL "$q"
done
kill -KILL "$p"
wait
echo "$found"`
		}},
	})
}
