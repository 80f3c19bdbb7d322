package cgroupmemory

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"byhand/internal/lessontest"
	"byhand/lab/bench"
	"byhand/lessons/internal/steps"
)

func TestPredictions(t *testing.T) {
	machine := func([]int) int {
		text, err := exec.Command("free", "--mebi").Output()
		if err != nil {
			t.Fatal(err)
		}
		total, err := strconv.Atoi(strings.Fields(strings.SplitN(string(text), "\n", 3)[1])[1])
		if err != nil {
			t.Fatal(err)
		}
		return total
	}
	status := func(drawn []int) int {
		if drawn[0] > 80 {
			return 137
		}
		return 0
	}
	lessontest.Quiz(t, quiz(), map[string]lessontest.Want{
		"meminfo":     {Root: true, Number: machine},
		"hog-status":  {Root: true, Number: status},
		"whole-pages": {Root: true, Proof: roundedDown},
	})
}

// roundedDown writes the limit and reads it back.
func roundedDown(b *bench.Bench) string {
	g, err := group(b)
	if err != nil {
		return steps.Unable(err)
	}
	file := "memory.max"
	if g.Dirs[0].Version == 1 {
		file = "memory.limit_in_bytes"
	}
	path := filepath.Join(g.Dirs[0].Path, file)
	return g.Create().Shell() + "test $(getconf PAGESIZE) = 4096\necho 100000 >" + path + "\ncat " + path + "\n"
}
