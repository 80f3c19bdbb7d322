package kernel

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Stat is what /proc/PID/stat says of a process (proc_pid_stat(5)).
type Stat struct {
	// PID is the process. Together with Start it names it for good.
	PID int
	// Name is the program's, cut to 15 bytes; it may hold any character.
	Name string
	// State is one letter, such as "S" for asleep and "Z" for a zombie.
	State string
	// Parent is the parent's PID; 0: none, or outside our PID namespace.
	Parent int
	// Group and Session are those of job control.
	Group, Session int
	// Terminal is the device of the controlling terminal, 0 where there is none.
	Terminal int
	// Foreground is the process group that the terminal's Ctrl-C goes to; -1
	// where there is no terminal.
	Foreground int
	// KernelThread is true of what is no program but a part of the kernel.
	KernelThread bool
	// Start is when it started, in clock ticks since boot.
	Start uint64
}

// kernelThread is PF_KTHREAD of the kernel's <linux/sched.h>.
const kernelThread = 0x00200000

// ReadStat reads /proc/PID/stat.
func ReadStat(pid int) (Stat, error) { return read(of(pid, "stat"), ParseStat) }

// ParseStat reads the text of a stat file.
func ParseStat(text string) (Stat, error) {
	// The second field is the program's name in parentheses, which may hold
	// parentheses itself; no field behind it does.
	open, end := strings.Index(text, " ("), strings.LastIndex(text, ")")
	if open < 0 || end < open+2 {
		return Stat{}, errors.New("no name in parentheses")
	}
	f := strings.Fields(text[end+1:])
	if len(f) < 20 {
		return Stat{}, fmt.Errorf("%d fields behind the name; want 20 or more", len(f))
	}
	s := Stat{Name: text[open+2 : end], State: f[0]}
	for _, n := range []struct {
		to   *int
		from string
	}{{&s.PID, text[:open]}, {&s.Parent, f[1]}, {&s.Group, f[2]}, {&s.Session, f[3]}, {&s.Terminal, f[4]}, {&s.Foreground, f[5]}} {
		var err error
		if *n.to, err = strconv.Atoi(n.from); err != nil {
			return Stat{}, err
		}
	}
	flags, err := strconv.ParseUint(f[6], 10, 32)
	if err != nil {
		return Stat{}, err
	}
	s.KernelThread = flags&kernelThread != 0
	s.Start, err = strconv.ParseUint(f[19], 10, 64)
	return s, err
}

// TerminalDevice is Terminal taken apart: the kernel packs it as for the old
// stat(2), with the minor's upper bits above the major (proc_pid_stat(5)).
func (s Stat) TerminalDevice() Device {
	n := uint32(s.Terminal)
	return Device{Major: n >> 8 & 0xfff, Minor: n&0xff | n>>12&0xfff00}
}

// Ended reports whether the process has ended and only waits to be reaped.
func (s Stat) Ended() bool { return s.State == "Z" || s.State == "X" }

// StartTime returns when a process started, in clock ticks since boot: with
// its pid it names a process for good.
func StartTime(pid int) (uint64, error) {
	s, err := ReadStat(pid)
	return s.Start, err
}

// Alive reports whether the process that started at that time still runs; a
// zombie does not.
func Alive(pid int, start uint64) bool {
	s, err := ReadStat(pid)
	return err == nil && s.Start == start && !s.Ended()
}
