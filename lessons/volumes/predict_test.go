package volumes

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"shared-count":    {Number: func(drawn []int) int { return drawn[0] - drawn[1] }},
		"deleted-beneath": {Choice: "No such file or directory"},
		"beneath": {Proof: func(*bench.Bench) string {
			return `mkdir data volume
touch data/1 data/2 data/3 volume/a volume/b
unshare --user --map-root-user --mount sh -c 'mount --bind volume data; ls data | wc -l'`
		}},
	})
}
