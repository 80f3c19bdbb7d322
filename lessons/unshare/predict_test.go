package unshare

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"nth-pid":         {Number: func(drawn []int) int { return drawn[0] + 1 }},
		"mounts-at-first": {Choice: "As many as the machine's own table"},
		"unmapped-owner": {Proof: func(*bench.Bench) string {
			return `run=
if [ "$(id -u)" = 0 ]; then run='setpriv --reuid 1000 --regid 1000 --clear-groups'; fi
$run unshare --user --map-root-user sh -c 'cat /proc/self/uid_map; stat -c %u /etc/passwd'`
		}},
	})
}
