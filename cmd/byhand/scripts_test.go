package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"byhand/internal/doctor"
	"byhand/internal/lesson"
	"byhand/lessons"
)

// exits is the script command `exits STATUS PROGRAM ARGUMENT...`, which wants
// the program to end with just that status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM ARGUMENT...")
	}
	err := ts.Exec(args[1], args[2:]...)
	wantStatus(ts, args, err)
}

func wantStatus(ts *testscript.TestScript, args []string, err error) {
	status := 0
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		status = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("%q ended with status %d; want %s", args[1:], status, args[0])
	}
}

// readOnly is exits while BYHAND_HOME can't be written to. Root ignores modes,
// so for root it is mounted read-only, in a mount namespace of the program's.
func readOnly(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: readonly STATUS PROGRAM ARGUMENT...")
	}
	home := ts.Getenv("BYHAND_HOME")
	if os.Geteuid() == 0 {
		const script = `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`
		err := ts.Exec("unshare", append([]string{"--mount", "--propagation", "private", "sh", "-euc", script, home}, args[1:]...)...)
		wantStatus(ts, args, err)
		return
	}
	ts.Check(os.Chmod(home, 0o500))
	err := ts.Exec(args[1], args[2:]...)
	ts.Check(os.Chmod(home, 0o700))
	wantStatus(ts, args, err)
}

// chrooted is exits in a chroot to the whole tree, mounted a second time in a
// mount namespace of the program's: where everything is as it was, but that the
// kernel makes no user namespace (user_namespaces(7), EPERM).
func chrooted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: chrooted STATUS PROGRAM ARGUMENT...")
	}
	const script = `mount --rbind / "$0" && exec chroot "$0" "$@"`
	again := ts.MkAbs("again")
	ts.Check(os.Mkdir(again, 0o755))
	err := ts.Exec("unshare", append([]string{"--mount", "--propagation", "private", "sh", "-euc", script, again}, args[1:]...)...)
	wantStatus(ts, args, err)
}

// serveRegistry is the script command `registry VARIABLE DIR`: it starts byhand
// lab registry serve on a free port until the script ends, and puts its host
// and port into the variable.
func serveRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: registry VARIABLE DIR")
	}
	program, err := os.Executable()
	ts.Check(err)
	c := exec.Command(program, "lab", "registry", "serve", "--address", "127.0.0.1:0", "--dir", args[1])
	c.Args[0] = "byhand" // as what testscript knows the command
	c.Env = []string{"BYHAND_HOME=" + ts.Getenv("BYHAND_HOME"), "HOME=" + ts.Getenv("HOME")}
	out, err := c.StdoutPipe()
	ts.Check(err)
	ts.Check(c.Start())
	ts.Defer(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	words := strings.Fields(line)
	ts.Setenv(args[0], words[len(words)-1])
}

// able tells whether the machine can run every lesson for who runs the test.
func able(t *testing.T) bool {
	return !slices.ContainsFunc(lessons.Syllabus(), func(l lesson.Lesson) bool { return lack(t, l) != "" })
}

// lack says what a lesson needs and this machine, or who runs the test, can't.
func lack(t *testing.T, l lesson.Lesson) string {
	for _, need := range l.Needs {
		if found := doctor.Examine(t.Context(), need); !found.OK {
			return found.What + ": " + found.Got
		}
	}
	return ""
}

// hostRoot is the script command `hostroot NAME`: a link of that name to a root
// of this machine's own programs.
func hostRoot(build func() (string, error)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: hostroot NAME")
		}
		dir, err := build()
		ts.Check(err)
		ts.Check(os.Symlink(dir, ts.MkAbs(args[0])))
	}
}
