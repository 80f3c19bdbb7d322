package kernel

import (
	"strconv"
	"strings"
)

// OOM is how a process stands when memory runs out (proc_pid_oom_score(5)).
type OOM struct {
	// Score is the kernel's: of all processes, the one with the highest is killed.
	Score int `json:"score"`
	// Adjust was added to it on request, from -1000 (never) to 1000 (first).
	Adjust int `json:"adjust"`
}

// ReadOOM reads /proc/PID/oom_score and oom_score_adj.
func ReadOOM(pid int) (OOM, error) {
	number := func(text string) (int, error) { return strconv.Atoi(strings.TrimSpace(text)) }
	score, err := read(of(pid, "oom_score"), number)
	if err != nil {
		return OOM{}, err
	}
	adjust, err := read(of(pid, "oom_score_adj"), number)
	return OOM{Score: score, Adjust: adjust}, err
}
