package layers

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"merged-count":  {Number: func(drawn []int) int { return drawn[0] + drawn[1] - 1 }},
		"changed-below": {Choice: "old: the lower one"},
		"whiteouts": {Proof: func(*bench.Bench) string {
			return `mkdir -p lower/d upper work all
touch lower/d/1 lower/d/2 lower/d/3 lower/d/4 lower/d/5
unshare --user --map-root-user --mount sh -c '
  mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr overlay all
  rm -r all/d'
find upper -type c | wc -l`
		}},
	})
}
