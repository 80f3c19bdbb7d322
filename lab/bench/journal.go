package bench

import (
	"bufio"
	"fmt"
	"os"

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

// recorded reports whether the journal has a process that still runs. A line
// that was cut by a crash matches none.
func (b *Bench) recorded(pid int) bool {
	f, err := os.Open(b.Path("journal"))
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var number int
		var start uint64
		if n, _ := fmt.Sscan(lines.Text(), &number, &start); n == 2 && number == pid && kernel.Alive(pid, start) {
			return true
		}
	}
	return false
}
