package bench

import (
	"fmt"
	"os"
	"strings"

	"byhand/internal/kernel"
)

// Record writes a process into the bench's journal, by its number and the time
// at which it started, so that Destroy finds it whatever root it has. It is
// called before the process does anything.
func (b *Bench) Record(pid int) error {
	start, err := kernel.StartTime(pid)
	if err != nil {
		return fmt.Errorf("record process %d: %w", pid, err)
	}
	f, err := os.OpenFile(b.Path("journal"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("record process %d: %w", pid, err)
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, pid, start); err != nil {
		return fmt.Errorf("record process %d: %w", pid, err)
	}
	return nil
}

// recorded returns the journal's processes with their starting times. A line
// that was cut by a crash is none; neither is one of a number since reused.
func (b *Bench) recorded() map[int]uint64 {
	processes := map[int]uint64{}
	text, err := os.ReadFile(b.Path("journal"))
	if err != nil {
		return processes
	}
	for line := range strings.Lines(string(text)) {
		var pid int
		var start uint64
		if n, _ := fmt.Sscan(line, &pid, &start); n == 2 && strings.HasSuffix(line, "\n") {
			processes[pid] = start
		}
	}
	return processes
}
