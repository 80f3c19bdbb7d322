package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// byhand is a command that runs byhand, which is this test binary by that
// name, with a home of its own and in a session of its own, by which its
// descendants are found.
func byhand(t testing.TB, home string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Args[0] = "byhand"
	c.Env = []string{"BYHAND_HOME=" + home, "HOME=" + home, "PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + os.TempDir(), "LANG=C.UTF-8", "TERM=xterm", "COLUMNS=80",
		"XDG_RUNTIME_DIR=" + os.Getenv("XDG_RUNTIME_DIR")} // where an ordinary user's systemd is asked for groups
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return c
}

// succeed runs a byhand that must end with status 0, and returns what it wrote.
func succeed(t testing.TB, home string, args ...string) string {
	t.Helper()
	c := byhand(t, home, args...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("byhand %q = %v; want success\n%s", args, err, out)
	}
	return string(out)
}

// unlocked returns a new home in which every lesson may be run.
func unlocked(t *testing.T) string {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	succeed(t, home, "unlock", "--all")
	return home
}
