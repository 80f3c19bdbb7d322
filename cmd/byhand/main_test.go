package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"byhand/lab"
	"byhand/lab/process"
)

func TestMain(m *testing.M) {
	// The children of the command under test are this test binary again.
	if process.IsChild() {
		os.Exit(process.ChildMain(lab.Stages()))
	}
	testscript.Main(m, map[string]func(){"byhand": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("BYHAND_HOME", filepath.Join(e.WorkDir, "home"))
			return nil
		},
	})
}

// TestPrintedCallsAreMade compares what byhand prints with what strace sees.
func TestPrintedCallsAreMade(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: apt-get install strace")
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "byhand")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	log := filepath.Join(dir, "strace")
	c := exec.Command(strace, "-f", "-qq", "-s", "4096", "-o", log, binary, "next", "--all", "--yes")
	c.Env = append(os.Environ(), "BYHAND_HOME="+filepath.Join(dir, "home"), "COLUMNS=500")
	out, err := c.Output()
	if err != nil && strings.Contains(string(out), "PTRACE") {
		t.Skip("this machine forbids tracing")
	}
	if err != nil {
		t.Fatalf("byhand under strace: %v\n%s", err, out)
	}
	traced := readCalls(t, log)
	printed := 0
	for line := range strings.Lines(string(out)) {
		call, found := strings.CutPrefix(strings.TrimSpace(line), "kernel | ")
		if !found {
			continue
		}
		printed++
		want := normal(call)
		for len(traced) > 0 && traced[0] != want {
			traced = traced[1:]
		}
		if len(traced) == 0 {
			t.Fatalf("printed but not made, or not in this order: %s", want)
		}
	}
	if printed < 20 {
		t.Errorf("%d calls printed; want 20 or more", printed)
	}
}

// readCalls returns strace's lines, those interrupted by another process joined.
func readCalls(t *testing.T, log string) []string {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	begun, executing := map[string]string{}, ""
	var calls []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		pid, call, _ := strings.Cut(lines.Text(), " ")
		call = strings.TrimSpace(call)
		if start, found := strings.CutSuffix(call, "<unfinished ...>"); found {
			begun[pid] = strings.TrimSpace(start)
			if strings.HasPrefix(start, "execve(") {
				executing = begun[pid]
			}
			continue
		}
		if _, end, found := strings.Cut(call, " resumed>"); found {
			// An execve by another thread than the first ends under the first's pid.
			if strings.HasPrefix(call, "<... execve ") && !strings.HasPrefix(begun[pid], "execve(") {
				begun[pid] = executing
			}
			call = begun[pid] + end
		}
		calls = append(calls, normal(call))
	}
	return calls
}

var (
	caller = regexp.MustCompile(`^\[pid \d+\] `)
	spaces = regexp.MustCompile(`\s+= `)
	// strace gives the address of a file system type that the flags make void.
	voidType  = regexp.MustCompile(`, 0x[0-9a-f]+, MS_`)
	variables = regexp.MustCompile(`0x[0-9a-f]+ (/\* \d+ vars? \*/)`)
)

// normal takes away what strace pads, and the environment's address.
func normal(call string) string {
	call = caller.ReplaceAllString(call, "")
	call = variables.ReplaceAllString(call, "[$1]")
	call = voidType.ReplaceAllString(call, `, "", MS_`)
	return spaces.ReplaceAllString(call, " = ")
}
