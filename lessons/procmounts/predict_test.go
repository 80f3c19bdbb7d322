package procmounts

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"how-many-inside":     {Number: func(drawn []int) int { return drawn[0] + 1 }},
		"self-in-an-old-proc": {Choice: "1, and a larger number"},
		"tmpfs-full": {Proof: func(*bench.Bench) string {
			return `mkdir t
unshare --user --map-root-user --mount sh -c '
  mount -t tmpfs -o size=1m tmpfs t
  if head -c 3M /dev/zero >t/f; then exit 1; fi
  stat -c %s t/f' 2>err | awk '{ print $1 / 1024 }'
grep -q 'No space left on device' err`
		}},
	})
}
