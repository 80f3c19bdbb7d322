package kernel

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Switches returns how often each thread of a process has given up a CPU, or lost
// it, since it began, and whether one of them runs or wants to. A process of which
// none did at two moments, and whose threads and numbers are the same at both, has
// done nothing between them.
func Switches(pid int) (threads map[int]uint64, running bool, err error) {
	tasks, err := os.ReadDir(of(pid, "task"))
	if err != nil {
		return nil, false, err
	}
	threads = map[int]uint64{}
	for _, task := range tasks {
		tid, err := strconv.Atoi(task.Name())
		if err != nil {
			return nil, false, err
		}
		one, err := read(of(pid, "task/"+task.Name()+"/status"), parseSwitches)
		if Gone(err) {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		threads[tid], running = one.n, running || one.running
	}
	return threads, running, nil
}

// switches are a thread's.
type switches struct {
	n       uint64
	running bool
}

func parseSwitches(text string) (s switches, err error) {
	lines := 0
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":\t")
		switch key {
		case "State":
			s.running = strings.HasPrefix(value, "R")
		case "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches":
			one, err := strconv.ParseUint(value, 10, 64)
			if err != nil {
				return s, fmt.Errorf("%s: %w", key, err)
			}
			s.n += one
			lines++
		}
	}
	if lines != 2 {
		return s, fmt.Errorf("%d lines of context switches; want 2", lines)
	}
	return s, nil
}
