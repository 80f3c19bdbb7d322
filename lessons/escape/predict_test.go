package escape

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"climbs":        {Number: func(drawn []int) int { return max(0, drawn[0]-drawn[1]) }},
		"without-power": {Choice: "Operation not permitted"},
		"how-many": {Proof: func(*bench.Bench) string {
			// Who has left three roots needs one step to be out of all.
			return `mkdir -p a/b/c
unshare --user --map-root-user perl -e '
  $machine = join " ", (stat "/")[0, 1];
  chroot "a"; chdir "/"; chroot "b"; chdir "/"; chroot "c"; chdir "/";
  $left = 0;
  until ($machine eq join " ", (stat "/")[0, 1]) {
    mkdir "d";
    chroot "d"; chdir ".." for 1 .. 64; chroot "."; $left++;
  }
  print "$left\n"'`
		}},
	})
}
