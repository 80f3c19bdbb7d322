package main

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"byhand/internal/doctor"
)

// TestTerminal sits before a container at a terminal, as root.
func TestTerminal(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("TestRootlessTerminal is for who is not root")
	}
	sitBefore(t)
}

// TestRootlessTerminal does so as an ordinary user.
func TestRootlessTerminal(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("TestRootless runs it as an ordinary user")
	}
	if f := doctor.Examine(t.Context(), doctor.UserNamespaces); !f.OK {
		t.Skipf("%s: %s", f.What, f.Got)
	}
	sitBefore(t)
}

// sitBefore types into a container: a key that interrupts, a new size, the keys
// that leave it, and back to its end.
func sitBefore(t *testing.T) {
	t.Helper()
	home, root := t.TempDir(), hostsRoot(t)
	// Also where the test fails.
	defer func() { _ = byhand(t, home, "lab", "rm", "-f", "box").Run() }()
	x := onTerminal(t, 24, 80, byhand(t, home, "lab", "run", "-it", "--name", "box", "--network", "none", "--rootfs", root, "sh"))
	x.press("echo begun-$((1+1)); sleep 100\n")
	x.awaitText("begun-2", 1)
	// Typed too early it would be sh's, which stays; so it is typed again.
	x.press("\x03")
	x.press("echo status-$?-\n")
	x.awaitText("status-130-", 1)
	x.press("sh -c 'trap \"echo resized-\\$((1+1)); exit\" WINCH; echo ready-$((1+1)); while :; do sleep 0.1; done'\n")
	x.awaitText("ready-2", 1)
	size := &unix.Winsize{Row: 30, Col: 111}
	if err := unix.IoctlSetWinsize(int(x.master.Fd()), unix.TIOCSWINSZ, size); err != nil {
		t.Fatal(err)
	}
	x.awaitText("resized-2", 1)
	x.press("\x10\x11")
	if got := x.status(time.Minute); got != 0 {
		t.Errorf("run that is left by the keys ended with status %d; want 0", got)
	}
	y := onTerminal(t, 24, 80, byhand(t, home, "lab", "attach", "box"))
	y.press("echo back-$((1+1)); exit 3\n")
	y.awaitText("back-2", 1)
	if got := y.status(time.Minute); got != 3 {
		t.Errorf("attach ended with status %d; want that of the shell, 3", got)
	}
	succeed(t, home, "lab", "rm", "box")
}
