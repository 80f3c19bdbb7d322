package chroot

import (
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
)

func TestPredictions(t *testing.T) {
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"climb":  {Number: func(drawn []int) int { return max(0, drawn[0]-drawn[1]) }},
		"signal": {Choice: "Nothing: the signal would arrive"},
		"namespaces-kept": {Proof: func(*bench.Bench) string {
			return smallRoot + `mkfifo in
names() { readlink /proc/$1/ns/{mnt,uts,ipc,net,pid,user}; }
unshare --user --map-root-user bash -c '
  echo $BASHPID >pid
  until [ -e before ]; do sleep 0.01; done
  exec chroot "$LAB/root" /bin/sh -c "read x"' <>in &
until [ -s pid ]; do sleep 0.01; done
pid=$(cat pid)
names $pid >before
until [ "$(readlink /proc/$pid/root)" = "$(pwd -P)/root" ]; do sleep 0.01; done
names $pid >after
kill $pid
paste before after | awk '$1 != $2' | wc -l`
		}},
	})
}
