package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"byhand/internal/kernel"
)

// TestManyContainers starts many containers at once, has each answer exec, and
// ends them all: 20, or as many as BYHAND_MANY says.
func TestManyContainers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the containers have a network and cgroups")
	}
	n := many(t)
	root := hostsRoot(t)
	e := newEngineToKill(t, root)

	e.atOnce(t, "run", n, func(i int) ([]string, string) {
		return []string{"lab", "run", "-d", "--name", fmt.Sprint("box", i), "--rootfs", root, "sleep", e.marker}, ""
	})
	if got := len(e.programs()); got != n {
		t.Errorf("%d programs run; want %d", got, n)
	}
	if got := strings.Count(succeed(t, e.home, "lab", "ps", "-q"), "\n"); got != n {
		t.Errorf("ps lists %d; want %d", got, n)
	}
	addresses := map[string]bool{}
	for line := range strings.Lines(succeed(t, e.home, append([]string{"lab", "inspect", "-f", "{{.NetworkSettings.IPAddress}}"}, names(n)...)...)) {
		addresses[strings.TrimSpace(line)] = true
	}
	if len(addresses) != n || addresses[""] {
		t.Errorf("%d addresses; want one for each of %d", len(addresses), n)
	}
	e.atOnce(t, "exec", n, func(i int) ([]string, string) {
		return []string{"lab", "exec", fmt.Sprint("box", i), "sh", "-c", "echo $$ in $(hostname) " + fmt.Sprint(i)}, fmt.Sprint(" ", i, "\n")
	})
	e.atOnce(t, "rm", n, func(i int) ([]string, string) {
		return []string{"lab", "rm", "-f", fmt.Sprint("box", i)}, fmt.Sprint("box", i, "\n")
	})
	succeed(t, e.home, "clean")
	e.nothingLeft(t, -1)
}

// many is how many containers there are to be: 20, or as many as BYHAND_MANY says.
func many(t *testing.T) int {
	t.Helper()
	text := os.Getenv("BYHAND_MANY")
	if text == "" {
		return 20
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestManyInARow runs one container after the other, each time also a program in
// one that stays. What that one's monitor has open and holds in memory, and what
// lies on the disk, must be after all of them what it was after some.
func TestManyInARow(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the containers have a network and cgroups")
	}
	n := many(t)
	root := hostsRoot(t)
	e := newEngineToKill(t, root)
	succeed(t, e.home, "lab", "run", "-d", "--name", "stays", "--rootfs", root, "sleep", e.marker)
	monitor := e.monitor()
	var half use
	for i := range n {
		if i == n/2 {
			half = e.use(t, monitor)
		}
		if got := succeed(t, e.home, "lab", "run", "--rm", "--memory", "100m", "-p", "8080:80", "--rootfs", root, "echo", fmt.Sprint(i)); got != fmt.Sprintln(i) {
			t.Fatalf("run %d said %q", i, got)
		}
		if got := succeed(t, e.home, "lab", "exec", "stays", "echo", fmt.Sprint(i)); got != fmt.Sprintln(i) {
			t.Fatalf("exec %d said %q", i, got)
		}
	}
	end := e.use(t, monitor)
	t.Logf("after %d runs and execs %+v, after %d %+v", n/2, half, n, end)
	if end.descriptors > half.descriptors+2 || end.threads > half.threads+8 || end.files > half.files || end.memory > 2*half.memory {
		t.Errorf("after %d runs %+v, after %d %+v; want no growth", n/2, half, n, end)
	}
	succeed(t, e.home, "lab", "rm", "-f", "stays")
	succeed(t, e.home, "clean")
	e.nothingLeft(t, -1)
}

// use is what an engine takes of the machine: a monitor's descriptors, threads and
// kilobytes of memory, and the files in the home.
type use struct{ descriptors, threads, memory, files int }

func (e engineToKill) use(t *testing.T, monitor int) (u use) {
	t.Helper()
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", monitor))
	if err != nil {
		t.Fatal(err)
	}
	u.descriptors = len(open)
	for name, to := range map[string]*int{"Threads": &u.threads, "RssAnon": &u.memory} {
		text, err := kernel.StatusField(monitor, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(text, to); err != nil {
			t.Fatal(err)
		}
	}
	_ = filepath.WalkDir(e.home, func(string, fs.DirEntry, error) error {
		u.files++
		return nil
	})
	return u
}

func names(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint("box", i))
	}
	return list
}

// atOnce runs n byhands at once, each of which must succeed, and say what it is
// to say at its end.
func (e engineToKill) atOnce(t *testing.T, verb string, n int, command func(i int) (args []string, says string)) {
	t.Helper()
	begun := time.Now()
	running := make([]*exec.Cmd, n)
	out := make([]bytes.Buffer, n)
	// From this goroutine, whose thread is in the namespaces of the test.
	for i := range n {
		args, _ := command(i)
		running[i] = byhand(t, e.home, args...)
		running[i].Stdout, running[i].Stderr = &out[i], &out[i]
		running[i].WaitDelay = 10 * time.Second
		if err := running[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range running {
		_, says := command(i)
		if err := c.Wait(); err != nil || !strings.HasSuffix(out[i].String(), says) {
			t.Errorf("%s of box%d = %v, %q; want success and %q", verb, i, err, out[i].String(), says)
		}
	}
	t.Logf("%s of %d at once: %v", verb, n, time.Since(begun).Round(time.Millisecond))
}
