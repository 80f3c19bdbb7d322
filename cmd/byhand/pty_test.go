package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal is a pseudoterminal with a command that runs on it; see pty(7).
type terminal struct {
	t       *testing.T
	master  *os.File // what is written to it was typed
	command *exec.Cmd
	ended   chan struct{}
	// patience is for how long anything is waited for.
	patience time.Duration
	// initial are the modes that the command found.
	initial unix.Termios

	mu    sync.Mutex
	shown bytes.Buffer
	read  chan struct{}
}

// onTerminal starts a command as the leader of a session whose controlling
// terminal is a new one of this size.
func onTerminal(t *testing.T, rows, columns int, c *exec.Cmd) *terminal {
	t.Helper()
	// Without blocking, so that reading ends with Close.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatalf("open /dev/ptmx: %v", err)
	}
	x := &terminal{t: t, master: os.NewFile(uintptr(fd), "ptmx"), command: c, patience: time.Minute, ended: make(chan struct{}), read: make(chan struct{})}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatalf("unlock the terminal: %v", err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatalf("TIOCGPTN: %v", err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	size := &unix.Winsize{Row: uint16(rows), Col: uint16(columns)}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size); err != nil {
		t.Fatal(err)
	}
	x.initial = x.modes()
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	// Setctty is TIOCSCTTY, on the child's descriptor Ctty.
	c.SysProcAttr.Setsid, c.SysProcAttr.Setctty, c.SysProcAttr.Ctty = true, true, 0
	err = c.Start()
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	go x.collect()
	go func() { defer close(x.ended); _ = c.Wait() }()
	t.Cleanup(x.close)
	return x
}

// collect reads what is shown until the master is closed, or nobody has the
// slave open any more (EIO).
func (x *terminal) collect() {
	defer close(x.read)
	buf := make([]byte, 4096)
	for {
		n, err := x.master.Read(buf)
		x.mu.Lock()
		x.shown.Write(buf[:n])
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (x *terminal) close() {
	_ = x.command.Process.Kill()
	<-x.ended
	x.master.Close()
	<-x.read
}

// text returns what was shown up to now.
func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return strings.ReplaceAll(x.shown.String(), "\r\n", "\n")
}

// end returns the last that was shown, of equal lines one: a prompt that was
// answered by Enter again and again would hide what came before.
func (x *terminal) end() string {
	text := strings.Join(slices.Compact(slices.Collect(strings.Lines(x.text()))), "")
	return text[max(0, len(text)-2000):]
}

// await waits until ready.
func (x *terminal) await(what string, ready func() bool) {
	x.t.Helper()
	for deadline := time.Now().Add(x.patience); ; time.Sleep(time.Millisecond) {
		over := x.hasEnded() || time.Now().After(deadline)
		if ready() {
			return
		}
		if over {
			x.t.Fatalf("waited in vain for %s; shown: %q", what, x.end())
		}
	}
}

// awaitText waits until text was shown n times.
func (x *terminal) awaitText(text string, n int) {
	x.t.Helper()
	x.await(fmt.Sprintf("%q, %d times", text, n), func() bool { return strings.Count(x.text(), text) >= n })
}

// press types keys.
func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := x.master.WriteString(keys); err != nil {
		x.t.Fatalf("type %q: %v", keys, err)
	}
}

// attend goes on at every pause and answers every question with the first
// choice, until ready.
func (x *terminal) attend(what string, ready func() bool) {
	x.t.Helper()
	pauses, questions := 0, 0
	x.await(what, func() bool {
		text := x.text()
		if strings.Count(text, "press Enter to ") > pauses {
			pauses++
			x.press("\r")
		}
		if strings.Count(text, "answer, ") > questions {
			questions++
			x.press("1\r")
		}
		return ready()
	})
}

// readProse goes through a lesson's prose to its last pause.
func (x *terminal) readProse() {
	x.t.Helper()
	pages := 0
	x.await("the end of the prose", func() bool {
		text := x.text()
		if strings.Count(text, "press Enter to read on") > pages {
			pages++
			x.press("\r")
		}
		return strings.Contains(text, "press Enter to go on")
	})
}

// hasEnded tells whether the command has ended and all that it showed was read.
func (x *terminal) hasEnded() bool {
	for _, done := range []chan struct{}{x.ended, x.read} {
		select {
		case <-done:
		default:
			return false
		}
	}
	return true
}

// modes are the terminal's, as tcgetattr(3) gives them: of the slave, also where
// it is the master that is asked.
func (x *terminal) modes() unix.Termios {
	x.t.Helper()
	var modes *unix.Termios
	raw, err := x.master.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) {
			if modes, err = unix.IoctlGetTermios(int(fd), unix.TCGETS); err != nil {
				x.t.Error(err)
			}
		})
	}
	if err != nil || modes == nil {
		x.t.Fatalf("read the terminal's modes: %v", err)
	}
	return *modes
}

// status waits for the end of the command and returns its exit status, -1 for
// one that a signal ended.
func (x *terminal) status(within time.Duration) int {
	x.t.Helper()
	select {
	case <-x.ended:
		select {
		case <-x.read:
		case <-time.After(time.Second): // what it left behind has the terminal still
		}
		return x.command.ProcessState.ExitCode()
	case <-time.After(within):
		x.t.Fatalf("the command has not ended within %v; shown: %q", within, x.end())
		return 0
	}
}
